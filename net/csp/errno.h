/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a refusal becomes on the socket; csp.rst, section "Errors".
 */
#ifndef _NET_CSP_ERRNO_H
#define _NET_CSP_ERRNO_H

#include <linux/errno.h>
#include <uapi/linux/csp.h>

/**
 * csp_errno() - errno of a refusal
 * @code: enum csp_error, any number from the wire
 *
 * Return: a negative errno.
 */
static inline int csp_errno(u16 code)
{
	switch (code) {
	case CSP_ERR_VERSION:
	case CSP_ERR_NOT_WANTED:
		return -EPROTONOSUPPORT;
	case CSP_ERR_CRITICAL:
	case CSP_ERR_MALFORMED:
		return -EPROTO;
	case CSP_ERR_NO_LISTENER:
		return -ECONNREFUSED;
	case CSP_ERR_POLICY:
		return -EACCES;
	case CSP_ERR_AUTH:
		return -EKEYREJECTED;
	case CSP_ERR_FULL:
		return -ENOBUFS;
	case CSP_ERR_MISMATCH:
		return -EADDRNOTAVAIL;
	case CSP_ERR_NO_CONN:
		return -ECONNRESET;
	case CSP_ERR_BUSY:
		return -ETIMEDOUT;
	case CSP_ERR_IN_USE:
		return -EADDRINUSE;
	case CSP_ERR_IMMOVABLE:
		return -EOPNOTSUPP;
	case CSP_ERR_FLOOD:
		return -ECONNABORTED;
	case CSP_ERR_GONE:
		return -EHOSTDOWN;
	}
	return -EPROTO;
}

/**
 * csp_errno_allows_plain() - may a socket that prefers CSP go on without it?
 * @code: enum csp_error
 *
 * Only where the refusal is about the signalling, not about the connection.
 *
 * Return: true if it may.
 */
static inline bool csp_errno_allows_plain(u16 code)
{
	switch (code) {
	case CSP_ERR_VERSION:
	case CSP_ERR_CRITICAL:
	case CSP_ERR_MALFORMED:
	case CSP_ERR_NOT_WANTED:
	case CSP_ERR_FULL:
	case CSP_ERR_MISMATCH:
	case CSP_ERR_BUSY:
		return true;
	}
	return false;
}

#endif /* _NET_CSP_ERRNO_H */
