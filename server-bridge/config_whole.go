package main

import (
	"reflect"

	"github.com/mattermost/mattermost/server/public/model"
)

// wholeConfig gives a configuration its zero values back. On the way from the server to a plugin every pointer to
// false, 0 or "" is lost (gob does not send zero values), and whoever takes the hole for "not set" gets the default instead.
// The server fills all settings that have a default, so a hole can only be a zero value.
func wholeConfig(config *model.Config) *model.Config {
	if config == nil {
		config = &model.Config{}
	}
	defaults := &model.Config{}
	defaults.SetDefaults()
	fillHoles(reflect.ValueOf(config).Elem(), reflect.ValueOf(defaults).Elem())
	return config
}

func fillHoles(into, defaults reflect.Value) {
	switch into.Kind() {
	case reflect.Struct:
		for i := range into.NumField() {
			if into.Field(i).CanSet() {
				fillHoles(into.Field(i), defaults.Field(i))
			}
		}
	case reflect.Pointer:
		if defaults.IsNil() {
			return
		}
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
		}
		fillHoles(into.Elem(), defaults.Elem())
	case reflect.Slice:
		if into.IsNil() && !defaults.IsNil() {
			into.Set(reflect.MakeSlice(into.Type(), 0, 0))
		}
	case reflect.Map:
		if into.IsNil() && !defaults.IsNil() {
			into.Set(reflect.MakeMap(into.Type()))
		}
	}
}
