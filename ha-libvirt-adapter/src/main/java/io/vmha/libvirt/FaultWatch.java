package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import java.util.Optional;
import org.immutables.value.Value;

/** How faults are watched for. Immutable. */
@Value.Immutable
@HaStyle
public interface FaultWatch {

    /** How often each guest is probed through its agent, 1 millisecond or more; 5 seconds unless told otherwise. */
    @Value.Default
    default Duration probeInterval() {
        return Duration.ofSeconds(5);
    }

    /** How long a guest agent may take to answer one question: whole seconds, 1 or more. Default 2. */
    @Value.Default
    default Duration probeTimeout() {
        return Duration.ofSeconds(2);
    }

    /**
     * How many probes a guest's agent must at least have left without an answer before the guest is reported as hung, 1 or
     * more; default 3. A guest whose agent has not answered once since it started is never.
     */
    @Value.Default
    default int silentProbes() {
        return 3;
    }

    /**
     * How long a guest must at least show no sign of life, neither by its agent nor by its disks, network cards and vCPUs,
     * before it is reported as hung: 1 second or more, default 30 seconds. It is four times as long as the guest was
     * usually silent or without I/O before, where that is more, and at most ten times this. Time in which the hypervisor or
     * the watcher itself was slow does not count.
     */
    @Value.Default
    default Duration hungAfter() {
        return Duration.ofSeconds(30);
    }

    /**
     * Which share of the guests whose agents are known may look hung at once, 0 to 1; default 0.2. One always may; while
     * there are more, none is reported, since what they share must be what fails.
     */
    @Value.Default
    default double hungAtOnce() {
        return 0.2;
    }

    /** How full a filesystem is that is reported as full, more than 0 to 1; absent means that none is reported. */
    Optional<Double> fullFraction();

    /** How often each host is asked for a sign of life, 1 millisecond or more; default 1 second. */
    @Value.Default
    default Duration hostInterval() {
        return Duration.ofSeconds(1);
    }

    /**
     * How long a host has to answer, also when its connection was lost and is made anew; more than 0, default 2 seconds. Choose it longer
     * than a restart of its libvirt daemon takes: a host that does not answer in that time is reported as unreachable, and may be fenced.
     */
    @Value.Default
    default Duration hostTimeout() {
        return Duration.ofSeconds(2);
    }

    /** Refuses what is out of range. */
    @Value.Check
    default void check() {
        checkArgument(probeInterval().toMillis() >= 1, "probeInterval must be 1 ms or more: %s", probeInterval());
        checkArgument(probeTimeout().toSeconds() >= 1, "probeTimeout must be 1 s or more: %s", probeTimeout());
        checkArgument(silentProbes() >= 1, "silentProbes must be 1 or more: %s", silentProbes());
        checkArgument(hungAfter().toMillis() >= 1_000, "hungAfter must be 1 s or more: %s", hungAfter());
        checkArgument(hungAtOnce() >= 0 && hungAtOnce() <= 1, "hungAtOnce must be from 0 to 1: %s", hungAtOnce());
        checkArgument(
                fullFraction().filter(fraction -> fraction <= 0 || fraction > 1).isEmpty(),
                "fullFraction must be more than 0 to 1: %s",
                fullFraction());
        checkArgument(hostInterval().toMillis() >= 1, "hostInterval must be 1 ms or more: %s", hostInterval());
        checkArgument(hostTimeout().toMillis() >= 1, "hostTimeout must be 1 ms or more: %s", hostTimeout());
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
    static FaultWatch defaults() {
        return builder().build();
    }

    /**
     * Builds a watch: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableFaultWatch.Builder {
        Builder() {}
    }
}
