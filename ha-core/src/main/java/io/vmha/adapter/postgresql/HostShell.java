package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;

/**
 * Runs shell scripts on a member's host, as the OS user that its PostgreSQL server belongs to: over SSH, a guest agent, or
 * on this host.
 *
 * <p>Safe to call from many threads at once; returns by the deadline.
 *
 * @see ProcessShell
 */
@FunctionalInterface
public interface HostShell {

    /**
     * Runs a script with a POSIX {@code sh} and returns what it prints on standard output.
     *
     * @param script the script; holds no credential
     * @throws AdapterException.Transient if it was not started
     * @throws AdapterException.Permanent if it ended with another exit code than 0; the message has what it printed last
     * @throws AdapterException.OutcomeUnknown if it was started and its end was not seen
     */
    String run(String script, CallContext call);
}
