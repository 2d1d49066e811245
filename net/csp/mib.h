/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, per network namespace: what each counts, in the order in which
 * `cspctl stats` shows them.  CSP_MIB(identifier, "name", "meaning").
 *
 * No include guard: the list is expanded with several definitions of
 * CSP_MIB().
 */

/* Packets */
CSP_MIB(IN_PKTS, "in-pkts", "signalling packets received")
CSP_MIB(OUT_PKTS, "out-pkts", "signalling packets sent")
CSP_MIB(OUT_ERRORS, "out-errors", "signalling packets that could not be sent (no route, no memory)")
CSP_MIB(OUT_RETRANS, "out-retrans", "signalling packets sent again")
CSP_MIB(IN_UDP, "in-udp", "signalling packets received over UDP")
CSP_MIB(OUT_UDP, "out-udp", "signalling packets sent over UDP")
CSP_MIB(IN_MALFORMED, "in-malformed", "packets dropped: cannot be parsed")
CSP_MIB(IN_VERSION, "in-version", "packets refused: version not spoken here")
CSP_MIB(IN_CRITICAL, "in-critical", "packets refused: unknown critical attribute or message")
CSP_MIB(IN_UNEXPECTED, "in-unexpected", "messages ignored: no transaction waits for them")
CSP_MIB(IN_UNSUPPORTED, "in-unsupported", "messages ignored: only a box acts on them")
CSP_MIB(IN_MANY, "in-many", "packets dropped: sent to a broadcast or multicast address")
CSP_MIB(RATE_LIMITED, "rate-limited", "answers not sent: the source asks too often")

/* Setup */
CSP_MIB(SETUP_OUT, "setup-out", "connections announced with a Setup")
CSP_MIB(SETUP_IN, "setup-in", "Setups accepted")
CSP_MIB(SETUP_DUP, "setup-dup", "Setups received again; the OK was repeated")
CSP_MIB(SETUP_OK, "setup-ok", "own Setups answered with OK")
CSP_MIB(SETUP_AGAIN, "setup-again", "Setups sent again, for boxes that lost their state")
CSP_MIB(SETUP_LATE_OK, "setup-late-ok", "OKs that came after the fallback to plain transport")
CSP_MIB(PIGGYBACK_OUT, "piggyback-out", "first packets sent inside a signalling packet")
CSP_MIB(PIGGYBACK_IN, "piggyback-in", "first packets taken out of a signalling packet")
CSP_MIB(PIGGYBACK_BAD, "piggyback-bad",
	"piggybacked packets dropped: not of the connection announced")
CSP_MIB(HELD, "held", "packets held until the answer")
CSP_MIB(HELD_DROP, "held-drop", "held packets dropped: queue full, or connection refused")
CSP_MIB(COOKIE_OUT, "cookie-out", "requests answered statelessly with a nonce")
CSP_MIB(COOKIE_OK, "cookie-ok", "nonces echoed correctly")
CSP_MIB(COOKIE_BAD, "cookie-bad", "nonces echoed wrongly or too late")

/* Fallback */
CSP_MIB(PLAIN_UNREACH, "plain-unreach", "connections made plain: ICMP says the peer has no CSP")
CSP_MIB(PLAIN_SILENCE, "plain-silence", "connections made plain: no answer")
CSP_MIB(PLAIN_REJECT, "plain-reject", "connections made plain: rejected in a way that allows it")
CSP_MIB(PLAIN_KNOWN, "plain-known", "connections made plain: the peer is remembered to have no CSP")
CSP_MIB(PLAIN_FULL, "plain-full", "connections made plain: no room in the table")
CSP_MIB(ICMP_IGNORED, "icmp-ignored", "ICMP errors that quote no pending transaction")

/* Rejection */
CSP_MIB(REJECT_OUT, "reject-out", "requests refused")
CSP_MIB(REJECT_IN, "reject-in", "own requests refused, by the peer or a box")
CSP_MIB(REJECT_NO_LISTENER, "reject-no-listener", "Setups refused: nobody serves the port")
CSP_MIB(REJECT_NOT_WANTED, "reject-not-wanted", "Setups refused: the listener wants no signalling")
CSP_MIB(REJECT_POLICY, "reject-policy", "Setups refused: policy")
CSP_MIB(REJECT_AUTH, "reject-auth", "Setups refused: token missing or wrong")
CSP_MIB(REJECT_MISMATCH, "reject-mismatch", "requests refused: source address was translated")
CSP_MIB(REJECT_FULL, "reject-full", "Setups refused: no room in the table")
CSP_MIB(REJECT_IN_USE, "reject-in-use", "Setups refused: the name belongs to a live connection")
CSP_MIB(REJECT_FLOOD, "reject-flood", "Setups refused: more of one source than the listener takes")
CSP_MIB(REQUIRE_REFUSED, "require-refused",
	"plain connections refused by a socket that requires CSP")

/* Redirect */
CSP_MIB(REDIRECT_IN, "redirect-in", "own Setups and moves redirected to another name")
CSP_MIB(REDIRECT_BAD, "redirect-bad", "Redirects ignored: they say what they may not, or too late")

CSP_MIB(VOUCH_OK, "vouch-ok", "answers of hosts that have the key vouched for")
CSP_MIB(VOUCH_BAD, "vouch-bad",
	"answers ignored: of another key than that vouched for, or without proof")

/* Home agent */
CSP_MIB(REGISTER_OUT, "register-out", "registrations asked for, renewals included")
CSP_MIB(REGISTER_OK, "register-ok", "registrations granted by the agent")
CSP_MIB(REGISTER_REFUSED, "register-refused", "registrations refused by the agent")
CSP_MIB(REGISTER_BAD_MAC, "register-bad-mac", "answers to a Register dropped: wrong MAC")
CSP_MIB(RELAY_MOVE, "relay-move", "moves that the agent relayed: their sender was told the place")
CSP_MIB(RELAY_IN, "relay-in", "Setups that the agent relayed")
CSP_MIB(RELAY_ANSWERED, "relay-answered", "of them, those whose sender was told the place")
CSP_MIB(RELAY_UNWANTED, "relay-unwanted", "of them, those that nobody here serves: not answered")
CSP_MIB(RELAY_FULL, "relay-full", "of them, those dropped: too many at once")
CSP_MIB(RELAY_STALE, "relay-stale", "relayed Setups with an old number: the agent was told")
CSP_MIB(RELAY_BAD, "relay-bad", "relayed Setups dropped: wrong MAC, or of no agent of ours")
CSP_MIB(GRANTED, "granted", "of them, those whose sender is served: an off-path firewall says so")
CSP_MIB(GRANT_AGAIN, "grant-again", "of them, further copies of such a Setup")
CSP_MIB(GRANT_REFUSED, "grant-refused",
	"of them, refused: the port is taken, nobody serves it, or too many")
CSP_MIB(GRANT_EXPIRED, "grant-expired", "senders to be served that did not come in time")
CSP_MIB(GRANT_FOREIGN, "grant-foreign",
	"Setups refused: to a port that was not opened for their sender")
CSP_MIB(GRANT_PLAIN, "grant-plain",
	"datagrams refused: to a port that was not opened for their sender")
CSP_MIB(HIDDEN_SETUP, "hidden-setup", "Setups not answered: this host hides")
CSP_MIB(HIDDEN_PLAIN, "hidden-plain", "packets without a Setup dropped: this host hides")
CSP_MIB(HOME_ASSIGNED, "home-assigned",
	"connections given to a socket that is bound to the home address")

/* Floods */
CSP_MIB(FLOOD_OUT, "flood-out", "requests sent to gateways to stop a flood")
CSP_MIB(FLOOD_OK, "flood-ok", "floods that a gateway has stopped")
CSP_MIB(FLOOD_REFUSED, "flood-refused", "floods that no gateway stops: refused, or no answer")
CSP_MIB(FLOOD_FULL, "flood-full", "floods for which no gateway was asked: max_blocks are there")
CSP_MIB(FLOOD_IN, "flood-in", "notices of gateways that they stop what this host sends")
CSP_MIB(FLOOD_BAD, "flood-bad", "such notices ignored: about no connection of this host")

/* Detach */
CSP_MIB(DETACH_OUT, "detach-out", "connections given up with a Detach")
CSP_MIB(DETACH_IN, "detach-in", "connections given up by the peer")
CSP_MIB(DETACH_LOST, "detach-lost", "Detaches that were never answered")
CSP_MIB(DETACH_LAST_ACK, "detach-last-ack", "TCP ended that waited only for its FIN's ACK")
CSP_MIB(EMBRYO_EXPIRED, "embryo-expired", "accepted Setups whose transport never connected")

/* Mobility */
CSP_MIB(MOVE_OUT, "move-out", "moves begun by this end")
CSP_MIB(MOVE_OK, "move-ok", "moves that the peer accepted")
CSP_MIB(MOVE_IN, "move-in", "moves of the peer, accepted")
CSP_MIB(MOVE_DUP, "move-dup", "Attaches received again; the OK was repeated")
CSP_MIB(MOVE_TIMEOUT, "move-timeout", "moves given up: the peer never answered")
CSP_MIB(MOVE_HOMELESS, "move-homeless", "connections left without any address")
CSP_MIB(MOVE_FAILOVER, "move-failover", "moves because the path in use died")
CSP_MIB(MOVE_REDIRECTED, "move-redirected", "moves sent on to another place by the peer's agent")
CSP_MIB(MOVE_IMMOVABLE, "move-immovable", "moves refused: the socket cannot be re-homed")
CSP_MIB(MOVE_IN_USE, "move-in-use", "moves refused or put off: the new name is taken")
CSP_MIB(MOVE_EARLY, "move-early", "moves put off: TCP is connecting")
CSP_MIB(ATTACH_BAD_MAC, "attach-bad-mac", "signed messages dropped: wrong MAC")
CSP_MIB(ATTACH_REPLAY, "attach-replay", "signed messages dropped: old move number")
CSP_MIB(ATTACH_NEWER, "attach-newer", "signed messages dropped unread: a newer one came")
CSP_MIB(ATTACH_NO_CONN, "attach-no-conn", "signed messages refused: no such connection")
CSP_MIB(ATTACH_NO_SOCK, "attach-no-sock", "signed messages refused: the socket is gone")
CSP_MIB(LATE_OLD_PATH, "late-old-path", "data packets dropped: late on a path given up")
CSP_MIB(VALIDATED, "validated", "new addresses that echoed their nonce")
CSP_MIB(LIMITED_DROP, "limited-drop",
	"packets dropped: too many for an address that has not echoed its nonce")
CSP_MIB(DH, "dh", "Curve25519 operations")
CSP_MIB(MOVE_BACK, "move-back", "moves undone: the connection returned to its old path")
CSP_MIB(PROBE_OUT, "probe-out", "old paths probed: the peer's new address does not echo")
CSP_MIB(PROBE_IN, "probe-in", "probes answered")
CSP_MIB(PROBE_ELSEWHERE, "probe-elsewhere", "probes ignored: of a path that this end has left")
CSP_MIB(CHANGE_OUT, "change-out", "Changes and offers sent")
CSP_MIB(CHANGE_IN, "change-in", "Changes and offers applied")
CSP_MIB(OFFER_BAD, "offer-bad", "addresses offered that are no other host's, ignored")
CSP_MIB(CHANGE_LESS, "change-less", "announcements of a box that it keeps state for less time")
CSP_MIB(CHANGE_NO_LESS, "change-no-less",
	"announcements of no less time than was granted, ignored")
CSP_MIB(CHANGE_LOST, "change-lost", "Changes and offers that were never answered")
CSP_MIB(REFRESH_OUT, "refresh-out", "boxes asked to keep a silent connection open")
CSP_MIB(BOX_LOST, "box-lost", "boxes that have lost their state since they were heard of")

/* Tables */
CSP_MIB(FLOW_NOMEM, "flow-nomem", "connections without signalling: no memory")
CSP_MIB(FLOW_FULL, "flow-full", "connections without signalling: flow table full")
CSP_MIB(FLOW_EVICTED, "flow-evicted", "UDP connections forgotten to make room for another")
CSP_MIB(PEER_EVICTED, "peer-evicted", "remembered peers dropped to make room")
CSP_MIB(OLD_PATH_FULL, "old-path-full", "names of old paths not remembered: no room")
CSP_MIB(BOX_FULL, "box-full", "boxes heard of but not remembered: no room")
CSP_MIB(PREF_EVICTED, "pref-evicted", "opinions of a path forgotten: the same end has newer ones")
CSP_MIB(AUTO_FLAGGED, "auto-flagged", "sockets flagged by the namespace default or a rule")
