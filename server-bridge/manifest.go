package main

const (
	pluginID      = "disaster-recovery"
	pluginName    = "Disaster Recovery"
	pluginVersion = "0.1.0"

	// Mattermost strips this (and the subpath of the site) before a request reaches the plugin.
	pluginPath = "/plugins/" + pluginID
)
