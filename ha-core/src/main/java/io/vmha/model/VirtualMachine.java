package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/** A virtual machine: what serves users' requests. Immutable. */
@Value.Immutable
@HaStyle
public interface VirtualMachine {

    /** Its name. */
    VmId id();

    /** What it is for; machines of one type can serve for one another (rule 3 of the reference design). */
    VmType type();

    /** The host that it is on, whether it runs or not. */
    HostId host();

    /** What it is allocated of its host, more than 0 of each. */
    Resources allocation();

    /** Its load as a fraction of its own allocation: 0 or more, 1 is full, finite. Default 0. */
    double load();

    /** The higher is recovered first; any integer. Default 0. */
    int priority();

    /** The template that it is cloned anew from when it failed (rule 9 of the reference design). */
    Optional<TemplateId> template();

    /** Machines of one group avoid sharing a host. */
    Set<AntiAffinityGroup> antiAffinity();

    /** Its power state; ON unless told otherwise. */
    PowerState power();

    /** Its health; HEALTHY unless told otherwise. */
    VmHealth health();

    /** The machine that serves this one's requests; absent while it serves them itself. */
    Optional<VmId> servedBy();

    /**
     * Names and values that rules may refer to, such as {@code tenant}; from the platform's metadata or the orchestrator. Names
     * and values are not blank.
     */
    Map<String, String> labels();

    /**
     * The database member whose writer this VM needs; absent means the member of its cluster and type, as the reference design
     * has one for each (rule 8). Not blank.
     */
    Optional<String> member();

    /**
     * How far this database is behind its source, 0 or more; absent where it is not a replica, or where {@link
     * #replicationLagUnknown} says that it cannot be read.
     */
    Optional<Duration> replicationLag();

    /** Whether how far this database is behind its source cannot be read: neither zero nor any other lag may be assumed. */
    boolean replicationLagUnknown();

    /** Whether it is healthy and powered on; its host may still be in no state to be relied on. */
    default boolean isServing() {
        return health() == VmHealth.HEALTHY && power() == PowerState.ON;
    }

    /**
     * Refuses an allocation of nothing, a load that is not a number of 0 or more, a negative lag, a lag that is known and
     * unknown at once, blank labels or members, and a VM that stands in for itself.
     */
    @Value.Check
    default void check() {
        checkArgument(
                allocation().cpuMillis() > 0 && allocation().memoryMiB() > 0,
                "VM %s: cpuMillis and memoryMiB must be more than 0: %s",
                id(),
                allocation());
        checkArgument(
                Double.isFinite(load()) && load() >= 0,
                "VM %s: load must be a finite number, 0 or more: %s",
                id(),
                load());
        checkArgument(
                servedBy().isEmpty() || !servedBy().get().equals(id()), "VM %s: servedBy must name another VM", id());
        checkArgument(
                replicationLag().isEmpty() || !replicationLag().get().isNegative(),
                "VM %s: replicationLag must be 0 or more: %s",
                id(),
                replicationLag());
        checkArgument(
                !replicationLagUnknown() || replicationLag().isEmpty(),
                "VM %s: replicationLag is %s and unknown at once",
                id(),
                replicationLag());
        Labels.check("VM " + id(), labels());
        checkArgument(member().filter(String::isBlank).isEmpty(), "VM %s: member must not be blank", id());
    }

    /** Returns this VM with that name. */
    VirtualMachine withId(VmId id);

    /** Returns this VM with that type. */
    VirtualMachine withType(VmType type);

    /** Returns this VM with that host. */
    VirtualMachine withHost(HostId host);

    /** Returns this VM with that allocation. */
    VirtualMachine withAllocation(Resources allocation);

    /** Returns this VM with that load. */
    VirtualMachine withLoad(double load);

    /** Returns this VM with that priority. */
    VirtualMachine withPriority(int priority);

    /** Returns this VM with that template. */
    VirtualMachine withTemplate(TemplateId template);

    /** Returns this VM with that template, or none. */
    VirtualMachine withTemplate(Optional<? extends TemplateId> template);

    /** Returns this VM with those anti-affinity groups, in place of its own. */
    VirtualMachine withAntiAffinity(AntiAffinityGroup... groups);

    /** Returns this VM with those anti-affinity groups, in place of its own. */
    VirtualMachine withAntiAffinity(Iterable<? extends AntiAffinityGroup> groups);

    /** Returns this VM with that power state. */
    VirtualMachine withPower(PowerState power);

    /** Returns this VM with that health. */
    VirtualMachine withHealth(VmHealth health);

    /** Returns this VM with that VM serving its requests. */
    VirtualMachine withServedBy(VmId vm);

    /** Returns this VM with that VM serving its requests; empty means that it serves them itself. */
    VirtualMachine withServedBy(Optional<? extends VmId> vm);

    /** Returns this VM with those labels, in place of its own. */
    VirtualMachine withLabels(Map<String, ? extends String> labels);

    /** Returns this VM with that database member. */
    VirtualMachine withMember(String member);

    /** Returns this VM with that database member, or none. */
    VirtualMachine withMember(Optional<String> member);

    /** Returns this VM with that replication lag. */
    VirtualMachine withReplicationLag(Duration lag);

    /** Returns this VM with that replication lag, or none. */
    VirtualMachine withReplicationLag(Optional<? extends Duration> lag);

    /** Returns this VM as one whose lag cannot be read, or can. */
    VirtualMachine withReplicationLagUnknown(boolean unknown);

    /** Returns a builder that has all of this one's values; for changes of more than one at once. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        // Not as defaults of the generated class, which cost each copy an object and a barrier.
        return new Builder()
                .load(0)
                .priority(0)
                .power(PowerState.ON)
                .health(VmHealth.HEALTHY)
                .replicationLagUnknown(false);
    }

    /**
     * Builds a VM: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableVirtualMachine.Builder {
        Builder() {}
    }
}
