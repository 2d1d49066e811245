/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a box, per network namespace, in the order in which
 * `cspctl box stats` shows them. CSP_BOX_MIB(identifier, "name", "meaning").
 *
 * No include guard: the list is expanded with several definitions of
 * CSP_BOX_MIB().
 */

/* Packets */
CSP_BOX_MIB(PKTS, "pkts", "signalling packets forwarded past this box")
CSP_BOX_MIB(PKTS_UDP, "pkts-udp", "of them, those over UDP")
CSP_BOX_MIB(UNPARSED, "unparsed", "packets left alone: cannot be parsed, or of another version")
CSP_BOX_MIB(DROPS, "drops", "signalling packets not forwarded")
CSP_BOX_MIB(NOMEM, "nomem", "signalling packets not forwarded: no memory")
CSP_BOX_MIB(EDITS, "edits", "OKs in which the timeout was set to what is granted")

/* Setup */
CSP_BOX_MIB(SETUPS, "setups", "Setups judged")
CSP_BOX_MIB(SETUP_AGAIN, "setup-again", "Setups seen again")
CSP_BOX_MIB(SETUP_BUSY, "setup-busy",
	    "copies of a Setup dropped while the first one is being judged")
CSP_BOX_MIB(SETUP_FOREIGN, "setup-foreign",
	    "Setups left alone: about other addresses than those of the packet")
CSP_BOX_MIB(SETUP_OTHER, "setup-other",
	    "Setups left alone: a transport that is not tracked, or an identifier in use")
CSP_BOX_MIB(SETUP_MALFORMED, "setup-malformed",
	    "Setups refused: they contradict themselves, or what they carry is another packet")
CSP_BOX_MIB(SETUP_RULESET, "setup-ruleset",
	    "Setups without a rule, judged as their first packet by the ruleset")
CSP_BOX_MIB(ACCEPTED, "accepted", "Setups accepted by a rule")
CSP_BOX_MIB(ASKED, "asked", "Setups that a rule leaves to the host asked")
CSP_BOX_MIB(REDIRECTED, "redirected", "Setups answered with Redirect")
CSP_BOX_MIB(REFUSED_RULE, "refused-rule", "Setups refused by a rule")
CSP_BOX_MIB(REFUSED_AUTH, "refused-auth", "Setups refused: authentication missing or wrong")
CSP_BOX_MIB(REFUSED_RULESET, "refused-ruleset",
	    "Setups refused: the ruleset of netfilter drops their first packet")
CSP_BOX_MIB(REFUSED_FULL, "refused-full", "Setups refused: no room for a pinhole")
CSP_BOX_MIB(RATE_LIMITED, "rate-limited", "refusals not sent: the source asks too often")

/* Pinholes */
CSP_BOX_MIB(PROVISIONAL, "provisional", "pinholes made for a Setup or a move from inside")
CSP_BOX_MIB(CONFIRMED, "confirmed", "pinholes confirmed by an OK")
CSP_BOX_MIB(CONSENTED, "consented", "pinholes opened by the OK of the host inside")
CSP_BOX_MIB(MOVED, "moved", "pinholes that moved with their connection")
CSP_BOX_MIB(REJECTED, "rejected", "provisional pinholes removed by a Reject or Redirect")
CSP_BOX_MIB(UNANSWERED, "unanswered", "provisional pinholes and questions removed: no OK came")
CSP_BOX_MIB(PLAIN, "plain",
	    "provisional pinholes left to conntrack: no OK came, but data went both ways")
CSP_BOX_MIB(DETACHED, "detached", "pinholes closed by a Detach")
CSP_BOX_MIB(IDLE, "idle", "pinholes that conntrack gave up: idle, or deleted there")
CSP_BOX_MIB(DELETED, "deleted", "pinholes removed by command")
CSP_BOX_MIB(CHANGED, "changed", "timeouts changed by an OK to a Change")
CSP_BOX_MIB(NOT_BELIEVED, "not-believed",
	    "messages about a pinhole ignored: wrong side, or wrong transaction")
