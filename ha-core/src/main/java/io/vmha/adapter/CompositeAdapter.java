package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.PlacementRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hosts of several platforms as one: every call goes to the adapter of the platform that the VM or the host is on.
 *
 * <p>A VM stays on its platform: it is not started, cloned or moved to a host of another one, where neither its disks nor its template
 * are; such a call is refused as {@link Cause#UNSUPPORTED}. Give {@link #onItsPlatform} to the policies as a placement rule, so that no
 * such host is chosen. Platforms are read side by side: one that does not answer shows as its hosts, as they were last known, being
 * unreachable. A VM whose name is on two platforms shows on both, as one that runs twice does.
 *
 * <p>Thread-safe. Which platform a VM or a host belongs to is remembered from readings; nothing else is.
 */
public final class CompositeAdapter implements HypervisorAdapter {
    private final List<HypervisorAdapter> adapters;
    private final Map<HostId, HypervisorAdapter> byHost = new ConcurrentHashMap<>();
    private final Map<VmId, HypervisorAdapter> byVm = new ConcurrentHashMap<>();
    private final Map<HypervisorAdapter, PlatformSnapshot> last = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(new ThreadFactoryBuilder()
            .setNameFormat("vmha-composite-%d")
            .setDaemon(true)
            .build());
    private volatile boolean closed;

    private CompositeAdapter(List<HypervisorAdapter> adapters) {
        this.adapters = adapters;
    }

    /**
     * Returns one adapter for several.
     *
     * @param adapters one for each platform; it closes them when it is closed
     * @throws IllegalArgumentException if there is none, or the same one twice
     */
    public static CompositeAdapter of(List<? extends HypervisorAdapter> adapters) {
        List<HypervisorAdapter> copy = ImmutableList.copyOf(requireNonNull(adapters, "adapters"));
        checkArgument(!copy.isEmpty(), "a composite needs an adapter");
        checkArgument(new HashSet<>(copy).size() == copy.size(), "the same adapter is given twice: %s", copy);
        return new CompositeAdapter(copy);
    }

    /** The names of all. */
    @Override
    public String name() {
        return String.join("+", adapters.stream().map(HypervisorAdapter::name).toList());
    }

    /** What one of them can do at least; {@link #capabilities(HostId)} says it of a host. */
    @Override
    public Set<Capability> capabilities() {
        return adapters.stream()
                .flatMap(adapter -> adapter.capabilities().stream())
                .collect(ImmutableSet.toImmutableSet());
    }

    /** What can be done on a host; nothing, if no reading has shown it yet. */
    public Set<Capability> capabilities(HostId host) {
        return Optional.ofNullable(byHost.get(host))
                .map(HypervisorAdapter::capabilities)
                .orElse(Set.of());
    }

    /** A rule that refuses every host of another platform than the VM's. Thread-safe; it asks nobody. */
    public PlacementRule onItsPlatform() {
        return (vm, host, context) -> {
            HypervisorAdapter from = byVm.get(vm.id());
            HypervisorAdapter to = byHost.get(host.id());
            return from == null || from.equals(to)
                    ? Optional.empty()
                    : Optional.of(host.id() + " is not of " + vm.id() + "'s platform, " + from.name());
        };
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        checkOpen();
        List<Future<PlatformSnapshot>> asked = new ArrayList<>();
        long end = System.nanoTime() + call.requireTimeLeft().toNanos();
        for (HypervisorAdapter adapter : adapters) {
            asked.add(ask(() -> adapter.discover(call)));
        }
        List<PlatformSnapshot> seen = new ArrayList<>();
        List<AdapterException> failures = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            HypervisorAdapter adapter = adapters.get(i);
            PlatformSnapshot snapshot;
            try {
                snapshot = answer(asked.get(i), end - System.nanoTime());
            } catch (AdapterException failed) {
                failures.add(failed);
                Optional.ofNullable(last.get(adapter))
                        .map(CompositeAdapter::silent)
                        .ifPresent(seen::add);
                continue;
            }
            remember(adapter, snapshot);
            seen.add(snapshot);
        }
        if (failures.size() == adapters.size()) {
            throw failures.get(0);
        }
        return joined(seen);
    }

    private Future<PlatformSnapshot> ask(Callable<PlatformSnapshot> question) {
        try {
            return threads.submit(question);
        } catch (RejectedExecutionException closing) {
            throw new IllegalStateException("the adapter is closed", closing);
        }
    }

    private static PlatformSnapshot answer(Future<PlatformSnapshot> asked, long nanos) {
        try {
            return asked.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            asked.cancel(true);
            throw new AdapterException.Transient(Cause.TIMEOUT, "a platform was not read in time", late);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AdapterException.Transient(Cause.TIMEOUT, "interrupted while a platform was read", stop);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof AdapterException told) {
                throw told;
            }
            throw new AdapterException.Transient(Cause.UNREACHABLE, "a platform could not be read", failed);
        }
    }

    private void remember(HypervisorAdapter adapter, PlatformSnapshot snapshot) {
        for (Host host : snapshot.hosts()) {
            HypervisorAdapter other = byHost.putIfAbsent(host.id(), adapter);
            if (other != null && !other.equals(adapter)) {
                throw new AdapterException.Permanent(
                        Cause.REFUSED,
                        "host " + host.id() + " is on two platforms, " + other.name() + " and " + adapter.name());
            }
        }
        last.put(adapter, snapshot);
        for (VirtualMachine vm : snapshot.vms()) {
            byVm.merge(vm.id(), adapter, (known, now) -> known.equals(now) || holds(known, vm.id()) ? known : now);
        }
    }

    private boolean holds(HypervisorAdapter adapter, VmId vm) {
        PlatformSnapshot seen = last.get(adapter);
        return seen != null && seen.vms().stream().anyMatch(found -> found.id().equals(vm));
    }

    private static PlatformSnapshot silent(PlatformSnapshot before) {
        List<Host> hosts = before.hosts().stream()
                .map(host -> host.withHealth(HostHealth.UNREACHABLE))
                .toList();
        return new PlatformSnapshot(hosts, before.vms(), Set.of());
    }

    private static PlatformSnapshot joined(List<PlatformSnapshot> seen) {
        ImmutableList.Builder<Host> hosts = ImmutableList.builder();
        ImmutableList.Builder<VirtualMachine> vms = ImmutableList.builder();
        ImmutableSet.Builder<HostId> answered = ImmutableSet.builder();
        for (PlatformSnapshot snapshot : seen) {
            hosts.addAll(snapshot.hosts());
            vms.addAll(snapshot.vms());
            answered.addAll(snapshot.answered());
        }
        return new PlatformSnapshot(hosts.build(), vms.build(), answered.build());
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return of(vm, call).powerState(vm, call);
    }

    @Override
    public MachineReading read(VmId vm, CallContext call) {
        return of(vm, call).read(vm, call);
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        of(vm, call).powerOff(vm, grace, call);
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {
        ofBoth(vm, host, call).powerOn(vm, host, call);
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        of(vm, call).reallocate(vm, allocation, call);
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        ofBoth(vm, target, call).migrate(vm, target, call);
    }

    /** {@inheritDoc} A VM that is on no platform yet is made on the host's. */
    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        HypervisorAdapter made = known(vm, call).isPresent() ? ofBoth(vm, host, call) : of(host, call);
        made.cloneFromTemplate(template, vm, host, call);
        byVm.put(vm, made);
    }

    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        return of(host, call).leftovers(vm, host, call);
    }

    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        of(host, call).deleteLeftovers(vm, host, call);
    }

    @Override
    public void serves(VmId vm, CallContext call) {
        of(vm, call).serves(vm, call);
    }

    private HypervisorAdapter ofBoth(VmId vm, HostId host, CallContext call) {
        HypervisorAdapter from = of(vm, call);
        HypervisorAdapter to = of(host, call);
        if (!from.equals(to)) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED,
                    vm + " is on " + from.name() + ", and " + host + " is a host of " + to.name()
                            + ": a VM stays on its platform");
        }
        return from;
    }

    private HypervisorAdapter of(VmId vm, CallContext call) {
        return known(vm, call)
                .orElseThrow(() -> new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm));
    }

    private Optional<HypervisorAdapter> known(VmId vm, CallContext call) {
        checkOpen();
        if (!byVm.containsKey(vm)) {
            discover(call);
        }
        return Optional.ofNullable(byVm.get(vm));
    }

    private HypervisorAdapter of(HostId host, CallContext call) {
        checkOpen();
        if (!byHost.containsKey(host)) {
            discover(call);
        }
        return Optional.ofNullable(byHost.get(host))
                .orElseThrow(() -> new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such host: " + host));
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the adapter is closed");
        }
    }

    /** Closes all of them. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        adapters.forEach(HypervisorAdapter::close);
    }
}
