package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errNotOwnSocket = errors.New("what answers there is not a program of this server's own account")

const (
	socketTables   = "/proc/net/"
	acceptPatience = 2 * time.Second
)

// requireOwnSocket proves that the other end of a connection is on this machine and belongs to the account that Mattermost runs as.
// An answer proves nothing here: whoever may change ListenAddress or SiteURL can lead it elsewhere, and what answers there could
// hand every question on to this server. The kernel's table of connections cannot be answered by somebody else.
func requireOwnSocket(connection net.Conn) error {
	remote, remoteErr := netip.ParseAddrPort(connection.RemoteAddr().String())
	local, localErr := netip.ParseAddrPort(connection.LocalAddr().String())
	if remoteErr != nil || localErr != nil {
		return errNotOwnSocket
	}
	end := socketEnd{local: plainAddress(remote), remote: plainAddress(local)}
	// A connection belongs to nobody until the server accepts it.
	for deadline := time.Now().Add(acceptPatience); ; time.Sleep(5 * time.Millisecond) {
		for _, name := range []string{"tcp", "tcp6"} {
			owner, found := ownerIn(socketTables+name, end)
			if found && owner == os.Geteuid() {
				return nil
			}
			if found && owner != 0 {
				return errNotOwnSocket
			}
		}
		if time.Now().After(deadline) {
			return errNotOwnSocket
		}
	}
}

type socketEnd struct{ local, remote netip.AddrPort }

func plainAddress(address netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(address.Addr().Unmap().WithZone(""), address.Port())
}

func ownerIn(table string, end socketEnd) (owner int, found bool) {
	file, err := os.Open(table)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	return ownerOf(file, end)
}

// ownerOf reads lines like `1: 0100007F:1F90 0100007F:C350 01 … UID …`. Addresses are in the byte order of the machine.
func ownerOf(table io.Reader, end socketEnd) (owner int, found bool) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 {
			continue
		}
		local, localErr := tableAddress(fields[1])
		remote, remoteErr := tableAddress(fields[2])
		uid, uidErr := strconv.Atoi(fields[7])
		// Without an inode it is not accepted yet.
		if localErr == nil && remoteErr == nil && uidErr == nil && fields[9] != "0" && local == end.local && remote == end.remote {
			return uid, true
		}
	}
	return 0, false
}

func tableAddress(text string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(text, ":")
	bytes, err := hex.DecodeString(host)
	if err != nil || len(bytes)%4 != 0 {
		return netip.AddrPort{}, errors.New("not an address")
	}
	for word := range slices.Chunk(bytes, 4) {
		slices.Reverse(word)
	}
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	address, ok := netip.AddrFromSlice(bytes)
	if !ok {
		return netip.AddrPort{}, errors.New("not an address")
	}
	return plainAddress(netip.AddrPortFrom(address, uint16(number))), nil
}
