package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import org.immutables.value.Value;

/**
 * How many machines an adapter starts and clones at once, and what a machine gets of its host until it serves: so that
 * machines that are made anew do not starve those that serve. Immutable.
 *
 * <p>A machine counts from the call that starts or clones it until its guest's agent was heard from, it was told to serve,
 * it was powered off, or {@link #settleTime} has passed. A call that must wait does so for half of its deadline, and then fails
 * as {@code Transient} with {@code BUSY}.
 */
@Value.Immutable
@HaStyle
public interface StartLimits {

    /** The most machines that are started or cloned on one host at once, 1 or more; default 2. */
    @Value.Default
    default int perHost() {
        return 2;
    }

    /** The most that are started or cloned at once with disks in one folder or pool, 1 or more; default 4. */
    @Value.Default
    default int perStorage() {
        return 4;
    }

    /** The most that are started or cloned at once in all, 1 or more; default 8. */
    @Value.Default
    default int inAll() {
        return 8;
    }

    /** How long a machine that was started counts at most, 0 or more; default 10 seconds. */
    @Value.Default
    default Duration settleTime() {
        return Duration.ofSeconds(10);
    }

    /**
     * The share of its usual CPU and I/O weight that a machine has until it serves, in percent: 1 to 100, where 100 leaves
     * it what it has; default 25. Hosts whose hypervisor cannot weigh leave it all.
     */
    @Value.Default
    default int weightPercent() {
        return 25;
    }

    /**
     * How long a machine has the lower weight if nobody tells that it serves, more than 0; default 3 minutes.
     *
     * @see LibvirtAdapter#serves
     */
    @Value.Default
    default Duration weightTime() {
        return Duration.ofMinutes(3);
    }

    /** Refuses what is out of range. */
    @Value.Check
    default void check() {
        checkArgument(perHost() >= 1, "perHost must be 1 or more: %s", perHost());
        checkArgument(perStorage() >= 1, "perStorage must be 1 or more: %s", perStorage());
        checkArgument(inAll() >= 1, "inAll must be 1 or more: %s", inAll());
        checkArgument(!settleTime().isNegative(), "settleTime must be 0 or more: %s", settleTime());
        checkArgument(
                weightPercent() >= 1 && weightPercent() <= 100,
                "weightPercent must be from 1 to 100: %s",
                weightPercent());
        checkArgument(weightTime().toMillis() >= 1, "weightTime must be 1 ms or more: %s", weightTime());
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns the defaults. */
    static StartLimits defaults() {
        return builder().build();
    }

    /**
     * Builds limits: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableStartLimits.Builder {
        Builder() {}
    }
}
