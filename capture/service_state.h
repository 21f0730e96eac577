/* SPDX-License-Identifier: MIT */
/** State reports to a service manager, by the protocol of sd_notify(3). */
#ifndef CAPTURE_SERVICE_STATE_H
#define CAPTURE_SERVICE_STATE_H

/**
 * Sends `state`, such as "READY=1", to the socket in NOTIFY_SOCKET. Does nothing without that variable.
 * Failures are ignored: a service manager that misses a report times out and logs that.
 */
void service_state_report(const char *state);

#endif
