package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** A physical host: where virtual machines run. Immutable. */
@Value.Immutable
@HaStyle
public interface Host {

    /** Its name. */
    HostId id();

    /** The cluster that it belongs to. */
    ClusterRole role();

    /** Its whole size; the shared pool is this less what its virtual machines are allocated. */
    Resources capacity();

    /** Its failure domain; absent means that nothing is known to fail together with it. */
    Optional<RackId> rack();

    /** Its CPU model and microcode; absent means unknown, which is not equal to any other. */
    Optional<CpuPlatform> cpuPlatform();

    /**
     * Names and values that rules may refer to; from the platform's metadata or the orchestrator. Names and values are not
     * blank.
     */
    Map<String, String> labels();

    /** Its state; UP unless told otherwise. */
    HostHealth health();

    /** Whether an operator has taken it out of service: it takes nothing new. Default false. */
    boolean inMaintenance();

    /** Whether it was lost and came back too often of late: VMs are placed on it last. Default false. */
    boolean inQuarantine();

    /** Whether it runs its virtual machines and may be given requests or new machines: UP or DEGRADED, and not in maintenance. */
    default boolean isAvailable() {
        return health().runsVms() && !inMaintenance();
    }

    /** Whether machines may be placed on it: UP, and not in maintenance. */
    default boolean takesMachines() {
        return health() == HostHealth.UP && !inMaintenance();
    }

    /** Refuses a host without any capacity, and blank labels. */
    @Value.Check
    default void check() {
        checkArgument(
                capacity().cpuMillis() > 0 && capacity().memoryMiB() > 0,
                "host %s: cpuMillis and memoryMiB must be more than 0: %s",
                id(),
                capacity());
        Labels.check("host " + id(), labels());
    }

    /** Returns this host with that name. */
    Host withId(HostId id);

    /** Returns this host with that cluster. */
    Host withRole(ClusterRole role);

    /** Returns this host with that capacity. */
    Host withCapacity(Resources capacity);

    /** Returns this host with that failure domain. */
    Host withRack(RackId rack);

    /** Returns this host with that failure domain, or none. */
    Host withRack(Optional<? extends RackId> rack);

    /** Returns this host with that CPU platform. */
    Host withCpuPlatform(CpuPlatform platform);

    /** Returns this host with that CPU platform, or an unknown one. */
    Host withCpuPlatform(Optional<? extends CpuPlatform> platform);

    /** Returns this host with those labels, in place of its own. */
    Host withLabels(Map<String, ? extends String> labels);

    /** Returns this host with that state. */
    Host withHealth(HostHealth health);

    /** Returns this host in maintenance, or out of it. */
    Host withInMaintenance(boolean on);

    /** Returns this host in quarantine, or out of it. */
    Host withInQuarantine(boolean on);

    /** Returns a builder that has all of this one's values; for changes of more than one at once. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses a host without capacity. */
    static Builder builder() {
        // Not as defaults of the generated class, which cost each copy an object and a barrier.
        return new Builder().health(HostHealth.UP).inMaintenance(false).inQuarantine(false);
    }

    /**
     * Builds a host: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableHost.Builder {
        Builder() {}
    }
}
