package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.MigrationListener;
import io.vmha.adapter.VmClassifier;
import io.vmha.fault.FaultReport;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Carries plans out on hosts that libvirt manages: one connection URI for each host.
 *
 * <p>A machine of the inventory is a libvirt domain that says so in its metadata ({@link VmhaMetadata}) or that the
 * {@link VmClassifier} takes for one; its id is the domain's name unless the metadata says otherwise. Connections are
 * opened when they are first needed, kept alive, and opened again with backoff when they were lost. Thread-safe; calls for
 * one host never wait for another.
 */
public final class LibvirtAdapter implements HypervisorAdapter {
    private final Cluster cluster;
    private final PowerControl power;
    private final Allocation allocation;
    private final Migration migration;
    private final Cloning cloning;
    private final Leftovers leftovers;
    private final ImmutableSet<Capability> capabilities;

    private LibvirtAdapter(Cluster cluster, Optional<Consumer<CopyProgress>> listener, boolean sharedStorage) {
        this.cluster = cluster;
        this.power = new PowerControl(cluster, new Relocation(cluster));
        this.allocation = new Allocation(cluster);
        this.migration = new Migration(cluster, listener, sharedStorage);
        this.cloning = new Cloning(cluster);
        this.leftovers = new Leftovers(cluster);
        this.capabilities = capabilities(cluster);
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Connects to one host and reads it, with domains that have no metadata left alone. The host's id is the URI's host
     * name, or {@code localhost}.
     *
     * @throws IllegalArgumentException if the URI is not a libvirt URI
     * @throws AdapterException if the host refuses or does not answer within 10 seconds
     */
    public static LibvirtAdapter connect(URI uri) {
        String name = uri.getHost() == null ? "localhost" : uri.getHost();
        LibvirtAdapter adapter = builder().host(HostId.of(name), uri).build();
        try {
            adapter.discover(CallContext.within(Duration.ofSeconds(10)));
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "libvirt";
    }

    /** None where all hosts are read-only; live migration where a host can be reached by the others. */
    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    private static ImmutableSet<Capability> capabilities(Cluster cluster) {
        if (cluster.hosts().stream().allMatch(host -> host.settings().readOnly())) {
            return ImmutableSet.of();
        }
        boolean migrates = cluster.hosts().stream()
                .anyMatch(host -> Migration.destination(host.settings()).isPresent());
        return Arrays.stream(Capability.values())
                .filter(capability -> capability != Capability.LIVE_MIGRATION || migrates)
                .collect(Sets.toImmutableEnumSet());
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        return cluster.discover(Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return power.state(vm, Deadline.in(call.requireTimeLeft()));
    }

    /** Reads the host that the machine runs on, and all hosts where it does not run where it was last seen. */
    @Override
    public MachineReading read(VmId vm, CallContext call) {
        Location machine = cluster.readAnew(vm, Deadline.in(call.requireTimeLeft()));
        return new MachineReading(
                machine.host(),
                machine.entry().stats().power(),
                machine.entry().allocation(),
                true,
                machine.origin().map(origin -> new MachineReading.Origin(new PlanId(origin.plan()), origin.step())));
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        checkArgument(!grace.isNegative(), "grace must be 0 or more: %s", grace);
        require(Capability.POWER_OFF);
        power.off(vm, grace, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {
        require(Capability.POWER_ON);
        power.on(vm, host, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void reallocate(VmId vm, Resources amount, CallContext call) {
        require(Capability.REALLOCATE);
        allocation.set(vm, amount, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        require(Capability.LIVE_MIGRATION);
        migration.migrate(vm, target, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        require(Capability.CLONE);
        cloning.clone(template, vm, host, call);
    }

    /** It gets its own CPU and I/O weight, and makes room for the next start; a machine that this adapter did not start has both. */
    @Override
    public void serves(VmId vm, CallContext call) {
        cluster.starts().settled(vm);
        cluster.weights().serves(vm, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        require(Capability.DELETE_LEFTOVERS);
        return leftovers.of(vm, host, Deadline.in(call.requireTimeLeft()));
    }

    /** Disks that are in a storage pool or can be put into one are deleted; a block device that is in none stays, and the log says so. */
    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        require(Capability.DELETE_LEFTOVERS);
        leftovers.delete(vm, host, Deadline.in(call.requireTimeLeft()));
    }

    /**
     * Begins to watch the hosts and machines for faults; the watching ends when the returned source is closed, and is
     * closed before the adapter.
     *
     * @param watch how to watch
     * @param clock tells when a fault was found
     * @param receiver is given each fault, from one thread, one at a time; it must return quickly
     * @throws IllegalStateException if the adapter is closed
     */
    public LibvirtFaultSource watch(FaultWatch watch, InstantSource clock, Consumer<FaultReport> receiver) {
        checkState(cluster.isOpen(), "the adapter is closed");
        return new LibvirtFaultSource(cluster, watch, clock, receiver);
    }

    /** The faults that libvirt shows, watched with the defaults and the system's clock: for a management center. */
    public FaultSource faultSource() {
        return receiver -> watch(FaultWatch.defaults(), InstantSource.system(), receiver);
    }

    private void require(Capability capability) {
        if (!capabilities.contains(capability)) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED, "this libvirt adapter lacks the capability " + capability);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }

    /** Collects the hosts and settings of an adapter. Not thread-safe. */
    public static final class Builder {
        private final Map<HostId, LibvirtHost> hosts = new LinkedHashMap<>();
        private DomainClassifier classifier = DomainClassifier.of(VmClassifier.unmanaged());
        private Duration keepAliveInterval = Duration.ofSeconds(5);
        private int keepAliveCount = 3;
        private Optional<Consumer<CopyProgress>> migrationListener = Optional.empty();
        private boolean sharedStorage;
        private boolean microcodeMayDiffer;
        private StartLimits startLimits = StartLimits.defaults();

        private Builder() {}

        /**
         * Adds a host with nothing but its name and URI.
         *
         * @throws IllegalArgumentException if there is a host of that name already, or the URI is not a libvirt URI
         */
        @CanIgnoreReturnValue
        public Builder host(HostId id, URI uri) {
            return host(LibvirtHost.of(id, uri));
        }

        /**
         * Adds a host.
         *
         * @throws IllegalArgumentException if there is a host of that name already
         */
        @CanIgnoreReturnValue
        public Builder host(LibvirtHost host) {
            checkArgument(hosts.putIfAbsent(host.id(), host) == null, "two hosts with the id %s", host.id());
            return this;
        }

        /** Sets what judges domains without metadata; by default they are left alone. */
        @CanIgnoreReturnValue
        public Builder classifyBy(VmClassifier classifier) {
            this.classifier = DomainClassifier.of(classifier);
            return this;
        }

        /**
         * Sets what judges domains without metadata, in place of any classifier that was set before.
         *
         * @deprecated Use {@link #classifyBy}.
         */
        @Deprecated(since = "0.2.0", forRemoval = true)
        @SuppressWarnings("removal")
        @CanIgnoreReturnValue
        public Builder classifier(io.vmha.libvirt.VmClassifier classifier) {
            this.classifier = DomainClassifier.ofOld(classifier);
            return this;
        }

        /**
         * Sets how a silent host is found out: it is pinged after that long without a word from it, and is given up when
         * so many pings in a row went unanswered; 5 seconds and 3 by default, so 20 seconds.
         *
         * @param interval whole seconds, 1 or more
         * @param count 1 or more
         * @throws IllegalArgumentException if one is less
         */
        @CanIgnoreReturnValue
        public Builder keepAlive(Duration interval, int count) {
            checkArgument(interval.toSeconds() >= 1, "keepalive interval must be 1 second or more: %s", interval);
            checkArgument(count >= 1, "keepalive count must be 1 or more: %s", count);
            this.keepAliveInterval = interval;
            this.keepAliveCount = count;
            return this;
        }

        /** Sets who is told how live migrations progress; by default nobody, and hosts are not asked. */
        @CanIgnoreReturnValue
        public Builder onMigration(MigrationListener listener) {
            this.migrationListener = CopyProgress.toldTo(listener);
            return this;
        }

        /**
         * Sets who is told how live migrations progress, in place of any listener that was set before.
         *
         * @deprecated Use {@link #onMigration}.
         */
        @Deprecated(since = "0.2.0", forRemoval = true)
        @SuppressWarnings("removal")
        @CanIgnoreReturnValue
        public Builder migrationListener(io.vmha.libvirt.MigrationListener listener) {
            this.migrationListener = CopyProgress.toldToOld(listener);
            return this;
        }

        /**
         * Says that all hosts see the same files under the same paths, though on a filesystem that libvirt takes for a local
         * one: then libvirt's refusal to migrate a machine is not the last word, and the hosts are asked whether the one
         * sees what the other writes beside the machine's disks. By default nothing is said, and libvirt judges.
         */
        @CanIgnoreReturnValue
        public Builder assumeSharedStorage() {
            this.sharedStorage = true;
            return this;
        }

        /**
         * Has hosts count as of one CPU platform although their microcode differs, such as while it is updated on one after
         * the other. A machine that sees its host's own CPU is still migrated only between hosts with the same microcode.
         * By default the microcode is a part of the platform.
         */
        @CanIgnoreReturnValue
        public Builder microcodeMayDiffer() {
            this.microcodeMayDiffer = true;
            return this;
        }

        /** Sets how many machines are started and cloned at once; the defaults of {@link StartLimits} if it is not called. */
        @CanIgnoreReturnValue
        public Builder startLimits(StartLimits limits) {
            this.startLimits = limits;
            return this;
        }

        /**
         * Returns the adapter; nothing is connected to before it is needed.
         *
         * @throws IllegalArgumentException if no host was added
         */
        public LibvirtAdapter build() {
            checkArgument(!hosts.isEmpty(), "a libvirt adapter needs at least one host");
            return new LibvirtAdapter(
                    new Cluster(
                            ImmutableMap.copyOf(hosts),
                            classifier,
                            new ManagedHost.KeepAlive((int) keepAliveInterval.toSeconds(), keepAliveCount),
                            microcodeMayDiffer,
                            startLimits),
                    migrationListener,
                    sharedStorage);
        }
    }
}
