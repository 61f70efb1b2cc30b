package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import java.util.Optional;
import org.immutables.value.Value;

/** What an operator may choose about how plans are carried out. Immutable. */
@Value.Immutable
@HaStyle
public interface CenterConfig {
    /** No wait of a center may be longer: 366 days. */
    Duration LONGEST = Duration.ofDays(366);

    /** How long one call to an adapter may take, more than 0. Default 2 minutes. */
    @Value.Default
    default Duration actionDeadline() {
        return Duration.ofMinutes(2);
    }

    /**
     * How long a guest is given to shut down before it is powered off hard, 0 or more. Default 0: a machine that failed is
     * not asked.
     */
    @Value.Default
    default Duration powerOffGrace() {
        return Duration.ZERO;
    }

    /** How actions that failed are tried again. */
    @Value.Default
    default RetryPolicy retry() {
        return RetryPolicy.defaults();
    }

    /** How many actions may be under way on one host at a time, 1 or more. Default 4. */
    @Value.Default
    default int maxConcurrentActionsPerHost() {
        return 4;
    }

    /** What is done without an operator's approval. Default: everything. */
    @Value.Default
    default AutomationLevel automation() {
        return AutomationLevel.FULL;
    }

    /** When a host is fenced for one machine's sake. Default: where no healthy machine goes down with it. */
    @Value.Default
    default HostFencing hostFencing() {
        return HostFencing.WHEN_NO_HEALTHY_VM;
    }

    /** When too many hosts look lost for anything to be powered off; empty: never. Default {@link StormGuard#defaults}. */
    @Value.Default
    default Optional<StormGuard> stormGuard() {
        return Optional.of(StormGuard.defaults());
    }

    /**
     * When too many VMs on hosts that are up look failed for anything to be powered off; empty: never. Default {@link
     * VmStormGuard#defaults}.
     */
    @Value.Default
    default Optional<VmStormGuard> vmStormGuard() {
        return Optional.of(VmStormGuard.defaults());
    }

    /**
     * How long faults are gathered before they are decided together, those of higher priority first; 0 or more. Default 0: those
     * of the same turn of the loop.
     */
    @Value.Default
    default Duration gatherWindow() {
        return Duration.ZERO;
    }

    /**
     * How long a report about a VM or host that is not known yet is kept, in case that it becomes known, before it is refused; 0
     * or more. Default 30 s.
     */
    @Value.Default
    default Duration unknownSubjectPatience() {
        return Duration.ofSeconds(30);
    }

    /** How often one machine is recovered; absent: without limit. */
    Optional<RecoveryLimit> maxRecoveriesPerVm();

    /** When a host that keeps being lost and coming back has VMs placed on it last; absent: never. */
    Optional<HostQuarantine> hostQuarantine();

    /** Refuses a limit below 1, a deadline that is not more than 0, a grace, window or patience that is negative, and more than {@link #LONGEST}. */
    @Value.Check
    default void check() {
        checkArgument(
                !actionDeadline().isNegative() && !actionDeadline().isZero(),
                "actionDeadline must be more than 0: %s",
                actionDeadline());
        checkArgument(!gatherWindow().isNegative(), "gatherWindow must be 0 or more: %s", gatherWindow());
        checkArgument(
                !unknownSubjectPatience().isNegative(),
                "unknownSubjectPatience must be 0 or more: %s",
                unknownSubjectPatience());
        checkArgument(!powerOffGrace().isNegative(), "powerOffGrace must be 0 or more: %s", powerOffGrace());
        checkArgument(
                powerOffGrace().compareTo(actionDeadline()) < 0,
                "powerOffGrace %s must be shorter than actionDeadline %s, which bounds it",
                powerOffGrace(),
                actionDeadline());
        requireNotTooLong("actionDeadline", actionDeadline());
        requireNotTooLong("gatherWindow", gatherWindow());
        requireNotTooLong("unknownSubjectPatience", unknownSubjectPatience());
        checkArgument(
                maxConcurrentActionsPerHost() >= 1,
                "maxConcurrentActionsPerHost must be 1 or more: %s",
                maxConcurrentActionsPerHost());
    }

    /**
     * Refuses a wait that is longer than {@link #LONGEST}.
     *
     * @param name what it is called in the message
     * @throws IllegalArgumentException if it is
     */
    static void requireNotTooLong(String name, Duration value) {
        checkArgument(value.compareTo(LONGEST) <= 0, "%s must be at most %s days: %s", name, LONGEST.toDays(), value);
    }

    /** The defaults. */
    static CenterConfig defaults() {
        return builder().build();
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a configuration: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableCenterConfig.Builder {
        Builder() {}
    }
}
