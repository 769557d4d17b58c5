"""A service platform: how an equipment provider sees devices whose subscriptions live in eUICCs.

It activates, suspends, resumes, stops and replaces devices, and sees nothing of cards and profiles. Tables say what
may happen (`states`) and who sees what and is told of what (`rights`); `life_cycle` does it, `store` keeps it, `api`
serves it.
`operator_side` is the network that follows, `devices` are emulated ones. docs/service_platform.md has the diagrams.
"""
