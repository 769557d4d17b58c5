#!/bin/sh
# pcscd, the virtual reader and pyscard for the tests that need them: fetched where that is allowed.
# Never fails: without them those tests are skipped, and say why.
PYTHON=$1
export DEBIAN_FRONTEND=noninteractive

present() {
  [ -x /usr/sbin/pcscd ] && [ -n "$(find /usr/lib/pcsc -name 'libifdvpcd.so*' 2>/dev/null)" ] &&
    command -v pcsc_scan opensc-tool >/dev/null && "$PYTHON" -c 'import smartcard.scard' 2>/dev/null
}

fetch() {
  SUDO=
  [ "$(id -u)" = 0 ] || SUDO="sudo -n"
  command -v apt-get >/dev/null && $SUDO true 2>/dev/null || return
  # No need to start the daemon (RUNLEVEL): the tests start one of their own.
  APT="$SUDO env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
  $APT update
  $APT install -y --no-install-recommends pcscd vsmartcard-vpcd libpcsclite-dev swig gcc python3-dev
  # These are foreign programs that look at the card; their tests can do without.
  $APT install -y --no-install-recommends pcsc-tools opensc
  "$PYTHON" -m pip install --quiet --disable-pip-version-check -e '.[pcsc]'
}

present || fetch >/dev/null 2>&1
present || echo "pcscd, its virtual reader or pyscard are not all here: the tests that need them will be skipped"
exit 0
