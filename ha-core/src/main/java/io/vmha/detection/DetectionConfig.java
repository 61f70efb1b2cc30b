package io.vmha.detection;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.fault.FaultSubject;
import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import org.immutables.value.Value;

/** What an operator may choose about whose silence is a failure, and from when on. Immutable. */
@Value.Immutable
@HaStyle
public interface DetectionConfig {
    /** The most second checks that may be under way at a time. */
    int MOST_PROBES = 1_024;

    /** How long a machine's monitor may be silent. Default: phi accrual for a heartbeat a second. */
    @Value.Default
    default SilenceLimit vmLimit() {
        return SilenceLimit.PhiAccrual.every(Duration.ofSeconds(1));
    }

    /** How long a host may be silent. Default: phi accrual for a heartbeat a second. */
    @Value.Default
    default SilenceLimit hostLimit() {
        return SilenceLimit.PhiAccrual.every(Duration.ofSeconds(1));
    }

    /** How long that machine or host may be silent. */
    default SilenceLimit limitOf(FaultSubject sender) {
        return switch (sender.scope()) {
            case VM -> vmLimit();
            case HOST -> hostLimit();
        };
    }

    /**
     * How long a machine is suspect before a second check is asked for, so that others of its host can show that it is the
     * host; at least the machines' interval. Default 2 seconds.
     */
    @Value.Default
    default Duration gatherFor() {
        return Duration.ofSeconds(2);
    }

    /** After how long a suspect about which nothing could be told is looked at again, more than 0. Default 30 seconds. */
    @Value.Default
    default Duration lookAgainAfter() {
        return Duration.ofSeconds(30);
    }

    /**
     * How long it may take a machine or a host to begin to send that was off, failed or out of service, or was just reported;
     * 0 or more, and no suspicion falls on it until then. Default 2 minutes.
     */
    @Value.Default
    default Duration startsWithin() {
        return Duration.ofMinutes(2);
    }

    /** How long a second check may take, more than 0. Default 5 seconds. */
    @Value.Default
    default Duration secondCheckDeadline() {
        return Duration.ofSeconds(5);
    }

    /**
     * The share of a host's machines, of those that are heard of, that must have fallen silent together for the host to
     * count as unreachable, more than 0 and at most 1. Default 0.75. A host that is itself heard of never does.
     */
    @Value.Default
    default double silentShare() {
        return 0.75;
    }

    /** How many they must be at least where the host itself sends no heartbeats, 2 or more. Default 2. */
    @Value.Default
    default int silentVmsAtLeast() {
        return 2;
    }

    /** How far apart the last heartbeats are of machines that fell silent together; at least their interval. Default 10 s. */
    @Value.Default
    default Duration together() {
        return Duration.ofSeconds(10);
    }

    /**
     * Of all who should be heard of, the share past which those that fall silent together, on more than one host, show that it is
     * the watcher that hears nothing; more than 0 and at most 1, which turns this off. While that lasts nobody is suspected
     * and no silence is reported. Default 0.5.
     */
    @Value.Default
    default double selfSuspicionShare() {
        return 0.5;
    }

    /** How many second checks may be under way at a time, 1 to 1,024. Default 32. */
    @Value.Default
    default int probesAtOnce() {
        return 32;
    }

    /** How many of them at one host, 1 to {@link #probesAtOnce}: a host that never answers takes up no more. Default 2. */
    @Value.Default
    default int probesPerHost() {
        return 2;
    }

    /**
     * When a check that comes late shows that the watcher itself was stopped, or its clock jumped, so that nobody's silence
     * counts until then; more than 0, and no longer than the limits' slack. Default 2 seconds.
     */
    @Value.Default
    default Duration ownPause() {
        return Duration.ofSeconds(2);
    }

    /** Whether every machine that runs should send heartbeats, or only one that has sent one. Default false. */
    @Value.Default
    default boolean expectsEveryVm() {
        return false;
    }

    /** Whether every host should send heartbeats, or only one that has sent one. Default false. */
    @Value.Default
    default boolean expectsEveryHost() {
        return false;
    }

    /** The source of the reports, not blank. Default {@code heartbeats}. */
    @Value.Default
    default String source() {
        return "heartbeats";
    }

    /** Refuses what is out of its range, and what contradicts the limits. */
    @Value.Check
    default void check() {
        checkPositive("lookAgainAfter", lookAgainAfter());
        checkPositive("secondCheckDeadline", secondCheckDeadline());
        checkPositive("ownPause", ownPause());
        checkArgument(!startsWithin().isNegative(), "startsWithin must be 0 or more: %s", startsWithin());
        checkAtLeastInterval("gatherFor", gatherFor());
        checkAtLeastInterval("together", together());
        checkArgument(
                silentShare() > 0 && silentShare() <= 1,
                "silentShare must be more than 0 and at most 1: %s",
                silentShare());
        checkArgument(
                selfSuspicionShare() > 0 && selfSuspicionShare() <= 1,
                "selfSuspicionShare must be more than 0 and at most 1: %s",
                selfSuspicionShare());
        checkArgument(
                probesAtOnce() >= 1 && probesAtOnce() <= MOST_PROBES,
                "probesAtOnce must be 1 to %s: %s",
                MOST_PROBES,
                probesAtOnce());
        checkArgument(
                probesPerHost() >= 1 && probesPerHost() <= probesAtOnce(),
                "probesPerHost must be 1 to probesAtOnce, %s: %s",
                probesAtOnce(),
                probesPerHost());
        checkArgument(silentVmsAtLeast() >= 2, "silentVmsAtLeast must be 2 or more: %s", silentVmsAtLeast());
        checkArgument(!source().isBlank(), "source must not be blank");
        for (SilenceLimit limit : new SilenceLimit[] {vmLimit(), hostLimit()}) {
            checkArgument(
                    ownPause().compareTo(limit.slack()) <= 0,
                    "ownPause %s must not be longer than the slack of %s, which is %s",
                    ownPause(),
                    limit,
                    limit.slack());
        }
    }

    private static void checkPositive(String name, Duration value) {
        checkArgument(!value.isZero() && !value.isNegative(), "%s must be more than 0: %s", name, value);
    }

    private void checkAtLeastInterval(String name, Duration value) {
        checkArgument(
                value.compareTo(vmLimit().interval()) >= 0,
                "%s %s must be at least the machines' interval %s",
                name,
                value,
                vmLimit().interval());
    }

    /** The defaults. */
    static DetectionConfig defaults() {
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
    final class Builder extends ImmutableDetectionConfig.Builder {
        Builder() {}
    }
}
