package io.vmha.libvirt;

import java.util.Optional;

/**
 * One look at whether a guest lives. Immutable.
 *
 * @param atNanos when, by the monotonic clock
 * @param agent what its agent said
 * @param counters what the hypervisor counted; absent where it did not tell
 * @param trusted whether both the hypervisor and the watcher were as quick as usual, so that a silence is the guest's
 */
record GuestLook(long atNanos, Agent agent, Optional<GuestCounters> counters, boolean trusted) {

    /** What a guest's agent said. */
    enum Agent {
        /** It answered, be it with a refusal. */
        ANSWERED,
        /** It was asked and did not answer in time. */
        SILENT,
        /** It was not asked, could not be, or is not there: nothing is known. */
        UNKNOWN
    }
}
