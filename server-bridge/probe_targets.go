package main

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// probeTarget is one address that the configuration of Mattermost names.
type probeTarget struct {
	provider, probe string
	method, address string
	form            url.Values
}

// probeTargets reads no secret: a token service that lives says 400 or 401 without one.
func probeTargets(config *model.Config) []probeTarget {
	targets := []probeTarget{}
	site := strings.TrimRight(model.SafeDereference(config.ServiceSettings.SiteURL), "/")
	for _, service := range []string{model.ServiceGitlab, model.ServiceGoogle, model.ServiceOffice365, model.ServiceOpenid} {
		if settings := config.GetSSOService(service); settings != nil && model.SafeDereference(settings.Enable) {
			targets = append(targets, oauthTargets(service, site, settings)...)
		}
	}
	if saml := config.SamlSettings; model.SafeDereference(saml.Enable) {
		targets = append(targets,
			probeTarget{provider: model.UserAuthServiceSaml, probe: "metadata", method: http.MethodGet, address: model.SafeDereference(saml.IdpMetadataURL)},
			probeTarget{provider: model.UserAuthServiceSaml, probe: "sign_in_page", method: http.MethodGet, address: model.SafeDereference(saml.IdpURL)},
		)
	}
	named := []probeTarget{}
	for _, it := range targets {
		if it.address != "" {
			named = append(named, it)
		}
	}
	return named
}

func oauthTargets(service, site string, settings *model.SSOSettings) []probeTarget {
	client := model.SafeDereference(settings.Id)
	redirect := site + "/signup/" + service + "/complete"
	return []probeTarget{
		{provider: service, probe: "authorize", method: http.MethodGet, address: withQuery(model.SafeDereference(settings.AuthEndpoint), url.Values{
			"response_type": {"code"}, "client_id": {client}, "redirect_uri": {redirect}, "state": {"probe"},
		})},
		{provider: service, probe: "token", method: http.MethodPost, address: model.SafeDereference(settings.TokenEndpoint), form: url.Values{
			"grant_type": {"authorization_code"}, "code": {"probe"}, "client_id": {client}, "redirect_uri": {redirect},
		}},
		{provider: service, probe: "discovery", method: http.MethodGet, address: model.SafeDereference(settings.DiscoveryEndpoint)},
	}
}

func withQuery(address string, query url.Values) string {
	parsed, err := url.Parse(address)
	if address == "" || err != nil {
		return address
	}
	whole := parsed.Query()
	for name, values := range query {
		whole[name] = values
	}
	parsed.RawQuery = whole.Encode()
	return parsed.String()
}
