"""How requests come in and pages go out: guard, cookies, languages, templates."""
