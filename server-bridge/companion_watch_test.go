package main

import (
	"context"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func (f *fakeServer) GetUsers(options *model.UserGetOptions) ([]*model.User, *model.AppError) {
	if options.Role != model.SystemAdminRoleId || !options.Active {
		return nil, refused(400)
	}
	return []*model.User{{Id: adminUser}, {Id: botUser, IsBot: true}}, nil
}

// watched is an enrolled plugin that looks at its companion whenever the test says so.
type watched struct {
	*Plugin
	server *fakeServer
	stub   *stubCompanion
	time   time.Time
}

func newWatched(t *testing.T) *watched {
	p, server, stub := enrolledPlugin(t)
	it := &watched{p, server, stub, time.Now()}
	p.clock = func() time.Time { return it.time }
	return it
}

func (w *watched) passMinutes(minutes int) {
	for range minutes {
		w.time = w.time.Add(time.Minute)
		w.lookAtCompanion(context.Background())
	}
}

func (w *watched) told() []string {
	w.server.lock.Lock()
	defer w.server.lock.Unlock()
	told := []string{}
	for _, post := range w.server.posts {
		told = append(told, post.Message)
	}
	return told
}

func TestASilentCompanionIsToldOnceAndThatItIsBackOnce(t *testing.T) {
	it := newWatched(t)
	it.passMinutes(30)
	require.Empty(t, it.told())
	it.stub.Close()
	it.passMinutes(9)
	require.Empty(t, it.told())
	it.passMinutes(60)
	require.Len(t, it.told(), 1)
	require.Contains(t, it.told()[0], "has not answered since")
	require.Contains(t, it.told()[0], "drctl serve")
}

func TestANodeThatCannotReachTheCompanionTellsNothingWhileAnotherCan(t *testing.T) {
	one := newWatched(t)
	other := &Plugin{}
	other.SetAPI(one.server)
	require.NoError(t, other.OnConfigurationChange())
	other.clock = one.clock
	other.reach.failed(one.stub.URL, one.time.Add(-time.Hour))
	one.passMinutes(15)
	_, at, err := one.enrolled()
	require.NoError(t, err)
	require.WithinDuration(t, one.time, other.lastHeard(at), time.Second)
	require.Empty(t, one.told())
}

func TestAServerThatBootsBeforeItsCompanionTellsNothing(t *testing.T) {
	it := newWatched(t)
	it.passMinutes(1)
	it.time = it.time.Add(24 * time.Hour)
	it.stub.Close()
	it.passMinutes(9)
	require.Empty(t, it.told())
}

func TestThatItIsBackIsToldByOneNodeOnly(t *testing.T) {
	it := newWatched(t)
	it.passMinutes(1)
	require.Nil(t, it.server.KVSet(silentKey, []byte("1700000000000")))
	it.passMinutes(3)
	require.Len(t, it.told(), 1)
	require.Contains(t, it.told()[0], "answers again")
	require.Contains(t, it.told()[0], "2023-11-14 22:13:20 UTC")
}

func TestAServerThatIsNotEnrolledWatchesNothing(t *testing.T) {
	p, server := newPlugin(t)
	p.lookAtCompanion(context.Background())
	require.Empty(t, server.posts)
	require.Empty(t, server.keys)
}

func TestTheWatchEndsWithThePlugin(t *testing.T) {
	p, _ := newPlugin(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	p.pause = func(ctx context.Context, _ time.Duration) {
		close(begun)
		<-ctx.Done()
		close(ended)
	}
	require.NoError(t, p.OnActivate())
	<-begun
	require.NoError(t, p.OnDeactivate())
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on")
	}
}
