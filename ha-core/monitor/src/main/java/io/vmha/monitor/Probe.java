package io.vmha.monitor;

/**
 * Looks once at one thing in this machine.
 *
 * <p>It may block: each runs on a thread of its own, is interrupted at its deadline and is not called again before it has
 * returned. So it need not be thread-safe.
 */
@FunctionalInterface
public interface Probe {

    /**
     * Returns what it found.
     *
     * @throws Exception if it could not look: the result is {@link ProbeResult.Unknown} then, and never a fault
     */
    ProbeResult check() throws Exception;
}
