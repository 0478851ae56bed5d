package main

import "github.com/mattermost/mattermost/server/public/model"

// ssoCommand lists the steps in the order of an outage; the companion reads what is typed. Options without a value
// stand in the hints, because Mattermost can suggest only options that take one.
func ssoCommand() *model.AutocompleteData {
	sso := adminCommand("sso", "[step]", "Through an SSO outage and back")
	sso.AddCommand(adminCommand("help", "", "What can be typed here"))
	sso.AddCommand(adminCommand("status", "", "Is the provider up, who is locked out, what to do next"))
	sso.AddCommand(adminCommand("readiness", "", "Would this server survive an SSO outage?"))
	sso.AddCommand(adminCommand("snapshot", "", "Take an identity snapshot now"))
	sso.AddCommand(adminCommand("forecast", "", "Who is locked out now, and who next"))

	declare := adminCommand("declare", `--reason "text" [--no-tell]`, "Declare an SSO outage; nothing else is changed")
	declare.AddNamedTextArgument("reason", "Why; kept in the ledger", `"the provider is down"`, "", true)
	sso.AddCommand(declare)

	extend := adminCommand("extend-sessions", "[--hours N]", "Let live sessions live longer")
	extend.AddNamedTextArgument("hours", "Sessions that end sooner are extended to it", "72", "", false)
	sso.AddCommand(extend)

	sso.AddCommand(ssoSwitchCommand())

	approve := adminCommand("approve", "ID", "Approve, as a second administrator, a switch of everyone")
	approve.AddTextArgument("The id of the approval", "ID", "")
	sso.AddCommand(approve)

	letIn := adminCommand("let-in", `USER --identified-by "text" [--mail]`, "Switch one person and make a one-time code for them")
	letIn.AddTextArgument("Username, e-mail address or id", "USER", "")
	letIn.AddNamedTextArgument("identified-by", "How you know that it is this person", `"called back on the known number"`, "", true)
	sso.AddCommand(letIn)

	adminAccess := adminCommand("admin-access", `--user NAME --identified-by "text"`, "A one-time code for an administrator who is locked out")
	adminAccess.AddNamedTextArgument("user", "Username, e-mail address or id", "NAME", "", true)
	adminAccess.AddNamedTextArgument("identified-by", "How you know that it is this person", `"sits next to me"`, "", true)
	sso.AddCommand(adminAccess)

	sso.AddCommand(ssoSwitchBackCommand())
	sso.AddCommand(adminCommand("return-list", "", "Who and what is not back yet"))

	resolve := adminCommand("resolve", `USER --choice restore|leave --reason "text"`, "Decide about a conflict")
	resolve.AddTextArgument("Username, e-mail address or id", "USER", "")
	resolve.AddNamedStaticListArgument("choice", "What shall happen", true, []model.AutocompleteListItem{
		{Item: "restore", HelpText: "Give the account back how it signed in"},
		{Item: "leave", HelpText: "The account stays as it is now"},
	})
	resolve.AddNamedTextArgument("reason", "Why; kept in the ledger", `"text"`, "", true)
	sso.AddCommand(resolve)

	sso.AddCommand(adminCommand("close", "", "Close the incident, when everyone is back"))
	return sso
}

func ssoSwitchCommand() *model.AutocompleteData {
	it := adminCommand("switch", "--user NAME|--team TEAM|--group GROUP|--sessions-ending-before 8h|--everyone [--dry-run|--yes]", "Switch people to email and password")
	it.AddNamedTextArgument("user", "Usernames, e-mail addresses or ids", "NAME", "", false)
	it.AddNamedTextArgument("team", "All of a team", "TEAM", "", false)
	it.AddNamedTextArgument("group", "All of a group", "GROUP", "", false)
	it.AddNamedTextArgument("sessions-ending-before", "Whose last session ends before then", "8h", "", false)
	it.AddNamedTextArgument("approval", "The approval of a second administrator, for --everyone", "ID", "", false)
	return it
}

func ssoSwitchBackCommand() *model.AutocompleteData {
	it := adminCommand("switch-back", "[--user NAME] [--canary NAME] [--dry-run|--yes]", "Switch people back to single sign-on")
	it.AddNamedTextArgument("user", "Only these; without it everybody on the return list", "NAME", "", false)
	it.AddNamedTextArgument("canary", "Who goes first and proves a real sign-in", "NAME", "", false)
	return it
}
