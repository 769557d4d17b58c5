"""What pytest finds under the entry point `euicc`: it names the plugin, so that -p euicc.testing.plugin may as well.

A module that is registered under two names is an error for pytest; one that is named twice is not.
"""

from __future__ import annotations

pytest_plugins = ("euicc.testing.plugin",)
