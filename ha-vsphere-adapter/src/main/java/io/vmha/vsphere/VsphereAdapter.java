package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

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
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.Secret;
import io.vmha.vsphere.internal.vim.SoapVimClient;
import io.vmha.vsphere.internal.vim.VimClient;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries plans out on a vCenter server, over one session that is made when it is first needed and again when it expired.
 *
 * <p>A machine's id is its name; where several have one name, each is called by name and identity, such as {@code
 * db1@vm-42}. What it is, its custom attributes say ({@link VmAttributes}), or the {@link VmClassifier}. Thread-safe.
 */
public final class VsphereAdapter implements HypervisorAdapter {
    private static final Set<Capability> RESTARTS =
            Set.of(Capability.POWER_ON, Capability.RESTART_ELSEWHERE, Capability.CLONE);

    /** How often VMs that were started are looked at. */
    private static final Duration FOLLOWED = Duration.ofSeconds(3);

    private final Vcenter vcenter;
    private final Placement placement;
    private final Starts starts;
    private final PowerControl power;
    private final Cloning cloning;
    private final Leftovers leftovers;
    private final Set<Capability> capabilities;

    private VsphereAdapter(Builder builder, VimClient client) {
        this.vcenter = new Vcenter(client, builder.classifier, builder.roles, builder.mode, builder.room);
        this.placement = new Placement(vcenter, builder.listener, builder.allocation);
        this.starts = new Starts(vcenter, builder.starts, FOLLOWED);
        this.power = new PowerControl(vcenter, placement, starts);
        this.cloning = new Cloning(vcenter, placement, starts);
        this.leftovers = new Leftovers(vcenter);
        vcenter.onSnapshot(snapshot -> starts.noticed(snapshot.lowShares()));
        Set<Capability> all = EnumSet.allOf(Capability.class);
        if (builder.mode == HighAvailabilityMode.LEAVE_RESTARTS_TO_VSPHERE) {
            all.removeAll(RESTARTS);
        }
        this.capabilities = Sets.immutableEnumSet(all);
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "vsphere";
    }

    /** All, or all but restarts where those are left to vSphere HA. */
    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        return PlatformSnapshot.of(
                vcenter.discover(Deadline.in(call.requireTimeLeft())).inventory());
    }

    /**
     * Reads in which clusters vSphere HA or DRS is on.
     *
     * @throws AdapterException if the server does not answer, or HA is on and to be refused
     */
    public List<ClusterServices> clusterServices(CallContext call) {
        return vcenter.discover(Deadline.in(call.requireTimeLeft())).clusters();
    }

    /** Throws {@code Transient} with {@code UNREACHABLE} while vCenter has no connection to the machine's host, since what it says then is old. */
    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return power.state(vm, Deadline.in(call.requireTimeLeft()));
    }

    /** Asks for the one machine, which costs one call however many there are. */
    @Override
    public MachineReading read(VmId vm, CallContext call) {
        Vcenter.Machine machine = vcenter.machine(vm, Deadline.in(call.requireTimeLeft()));
        machine.requireKnown();
        HostId host = machine.host()
                .orElseThrow(() ->
                        new AdapterException.Transient(Cause.UNREACHABLE, vm + " is on no host that vCenter tells"));
        return new MachineReading(host, machine.power(), machine.allocation(), false, Optional.empty());
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

    /** CPU is given in whole virtual CPUs, rounded up; a running machine must allow adding CPU and memory. */
    @Override
    public void reallocate(VmId vm, Resources amount, CallContext call) {
        require(Capability.REALLOCATE);
        placement.reallocate(vm, amount, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        require(Capability.LIVE_MIGRATION);
        placement.migrate(vm, target, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        require(Capability.CLONE);
        cloning.clone(template, vm, host, call, Deadline.in(call.requireTimeLeft()));
    }

    /** vCenter moves what is off as it likes, so that it is looked for everywhere, whatever the host. */
    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        require(Capability.DELETE_LEFTOVERS);
        return leftovers.of(vm, host, Deadline.in(call.requireTimeLeft()));
    }

    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        require(Capability.DELETE_LEFTOVERS);
        leftovers.delete(vm, host, Deadline.in(call.requireTimeLeft()));
    }

    /**
     * Puts a host into maintenance, which waits until nothing runs on it any more, or takes it out again; as it already is,
     * is success.
     *
     * @throws AdapterException if it could not be done, or is not known to be done by the deadline
     */
    public void setMaintenance(HostId host, boolean on, CallContext call) {
        Deadline deadline = Deadline.in(call.requireTimeLeft());
        vcenter.requireOpen();
        Snapshot now = vcenter.discover(deadline);
        MoRef ref = Vcenter.host(now, host);
        if (now.inventory().requireHost(host).inMaintenance() == on) {
            return;
        }
        vcenter.run(
                (on ? "putting into maintenance: " : "taking out of maintenance: ") + host,
                client -> on
                        ? client.enterMaintenance(ref, call.requireTimeLeft(), deadline)
                        : client.exitMaintenance(ref, call.requireTimeLeft(), deadline),
                deadline);
    }

    /** It gets back the shares that it had before it was started, at once, and makes room for the next start. */
    @Override
    public void serves(VmId vm, CallContext call) {
        vcenter.requireOpen();
        starts.serves(vm, Deadline.in(call.requireTimeLeft()));
    }

    /**
     * Begins to watch hosts and machines; the watching ends when the returned source is closed, or the adapter.
     *
     * @param clock tells when a fault was found
     * @param receiver is given each fault, one at a time; it must return quickly
     */
    public VsphereFaultSource watch(InstantSource clock, Consumer<FaultReport> receiver) {
        return watch(FaultRules.defaults(), Duration.ofSeconds(5), clock, receiver);
    }

    /** The faults that vCenter shows, watched with the defaults and the system's clock: for a management center. */
    public FaultSource faultSource() {
        return receiver -> watch(InstantSource.system(), receiver);
    }

    /**
     * Begins to watch hosts and machines, with rules about the server's events and alarms.
     *
     * @param rules which of them are faults
     * @param eventInterval how often the server is asked for events, 1 millisecond or more
     * @param clock tells when a fault was found
     * @param receiver is given each fault, one at a time; it must return quickly
     * @throws IllegalArgumentException if the interval is less
     */
    public VsphereFaultSource watch(
            FaultRules rules, Duration eventInterval, InstantSource clock, Consumer<FaultReport> receiver) {
        checkArgument(eventInterval.toMillis() >= 1, "eventInterval must be 1 ms or more: %s", eventInterval);
        vcenter.requireOpen();
        return new VsphereFaultSource(vcenter, rules, eventInterval, clock, receiver);
    }

    private void require(Capability capability) {
        vcenter.requireOpen();
        if (!capabilities.contains(capability)) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED, capability + " is left to vSphere HA, as this adapter was told to");
        }
    }

    @Override
    public void close() {
        starts.close();
        vcenter.close();
    }

    /** How many requests were sent to the server. */
    long requests() {
        return vcenter.client().requests();
    }

    /** Collects the settings of an adapter. Not thread-safe. */
    public static final class Builder {
        private @Nullable URI url;
        private @Nullable Supplier<VsphereCredentials> credentials;
        private VsphereTrust trust = VsphereTrust.system();
        private VmClassifier classifier = VmClassifier.unmanaged();
        private HighAvailabilityMode mode = HighAvailabilityMode.REFUSE;
        private StartPolicy starts = StartPolicy.defaults();
        private HostRoom room = HostRoom.exact();
        private AllocationPolicy allocation = AllocationPolicy.sizeOnly();
        private MigrationListener listener = MigrationListener.IGNORING;
        private Duration keepAlive = Duration.ofMinutes(5);
        private Function<String, ClusterRole> roles = cluster ->
                cluster.toLowerCase(Locale.ROOT).contains("standby") ? ClusterRole.STANDBY : ClusterRole.PRIMARY;

        private Builder() {}

        /**
         * Sets the server's address, such as {@code https://vcenter.example/sdk}.
         *
         * @throws IllegalArgumentException if it is not an https URL, or holds a user or password
         */
        @CanIgnoreReturnValue
        public Builder url(URI url) {
            checkArgument(
                    "https".equals(url.getScheme()) && url.getHost() != null,
                    "the URL of a vCenter begins with https://");
            checkArgument(url.getRawUserInfo() == null, "the URL must not hold credentials");
            this.url = url;
            return this;
        }

        /** Sets what is asked for credentials at every login, from any thread; what it returns is closed after use. */
        @CanIgnoreReturnValue
        public Builder credentials(Supplier<VsphereCredentials> credentials) {
            this.credentials = credentials;
            return this;
        }

        /** Sets which certificates are trusted; by default those that Java trusts. */
        @CanIgnoreReturnValue
        public Builder trust(VsphereTrust trust) {
            this.trust = trust;
            return this;
        }

        /** Sets what judges machines without custom attributes; by default they are left alone. */
        @CanIgnoreReturnValue
        public Builder classifyBy(VmClassifier classifier) {
            this.classifier = requireNonNull(classifier, "classifier");
            return this;
        }

        /**
         * Sets what judges machines without custom attributes, in place of any classifier that was set before.
         *
         * @deprecated Use {@link #classifyBy}.
         */
        @Deprecated(since = "0.2.0", forRemoval = true)
        @SuppressWarnings("removal")
        @CanIgnoreReturnValue
        public Builder classifier(io.vmha.vsphere.VmClassifier classifier) {
            return classifyBy(OldTypes.toNew(classifier));
        }

        /**
         * Sets the role of a cluster by its name, or of a host that is in none by the host's name. By default a name that
         * contains {@code standby} is STANDBY and any other PRIMARY.
         */
        @CanIgnoreReturnValue
        public Builder roles(Function<String, ClusterRole> roles) {
            this.roles = roles;
            return this;
        }

        /** Sets what to do where vSphere HA is on; by default it is refused. */
        @CanIgnoreReturnValue
        public Builder highAvailability(HighAvailabilityMode mode) {
            this.mode = mode;
            return this;
        }

        /** Sets how much of a host may be allocated; by default no more than it has. */
        @CanIgnoreReturnValue
        public Builder room(HostRoom room) {
            this.room = room;
            return this;
        }

        /** Sets what goes with an allocation; by default its size alone. */
        @CanIgnoreReturnValue
        public Builder allocation(AllocationPolicy allocation) {
            this.allocation = allocation;
            return this;
        }

        /** Sets how many VMs are cloned and started at once, and with which shares. */
        @CanIgnoreReturnValue
        public Builder starts(StartPolicy policy) {
            this.starts = policy;
            return this;
        }

        /** Sets who is told how moves progress; by default nobody. */
        @CanIgnoreReturnValue
        public Builder onMigration(MigrationListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets who is told how moves progress, in place of any listener that was set before.
         *
         * @deprecated Use {@link #onMigration}.
         */
        @Deprecated(since = "0.2.0", forRemoval = true)
        @SuppressWarnings("removal")
        @CanIgnoreReturnValue
        public Builder migrationListener(io.vmha.vsphere.MigrationListener listener) {
            return onMigration(OldTypes.toNew(listener));
        }

        /**
         * Sets how often an idle session is kept alive; 5 minutes by default, as a vCenter ends it after 30.
         *
         * @throws IllegalArgumentException if it is less than 1 millisecond
         */
        @CanIgnoreReturnValue
        public Builder keepAlive(Duration interval) {
            checkArgument(interval.toMillis() >= 1, "keepAlive must be 1 ms or more: %s", interval);
            this.keepAlive = interval;
            return this;
        }

        /**
         * Returns the adapter; nothing is connected to before it is needed.
         *
         * @throws IllegalArgumentException if the URL or the credentials are missing
         */
        public VsphereAdapter build() {
            URI server = url;
            Supplier<VsphereCredentials> supplier = credentials;
            checkArgument(server != null, "a vSphere adapter needs a URL");
            checkArgument(supplier != null, "a vSphere adapter needs credentials");
            Supplier<Secret> secrets = () -> {
                try (VsphereCredentials given = supplier.get()) {
                    return new Secret(given.user(), given.password());
                }
            };
            return new VsphereAdapter(this, new SoapVimClient(server, trust.context(), secrets, keepAlive));
        }
    }
}
