package io.vmha.monitor;

/**
 * Looks once at one thing in this VM. Test one of your own with {@code ProbeContractTest}, in the test jar of {@code ha-monitor}.
 *
 * <p>A look may block, and is not called again before it has returned, so that a probe need not be thread-safe. The next look may come
 * on another thread, which sees what the last one wrote.
 *
 * <p>At its watch's deadline the thread is interrupted. The look should end soon then, and release what it holds: what it returns is not
 * counted any more, but no other begins before. An interrupt says nothing of what is looked at, and is never told as a fault. Each look
 * leaves no thread, program or open file behind.
 */
@FunctionalInterface
public interface Probe {

    /**
     * Returns what it found in this look, and nothing of an earlier one: a fault is told again each time for as long as it lasts.
     *
     * @throws Exception if it could not look: the result is {@link ProbeResult.Unknown} then, and never a fault; so it is if null is
     *     returned
     */
    ProbeResult check() throws Exception;
}
