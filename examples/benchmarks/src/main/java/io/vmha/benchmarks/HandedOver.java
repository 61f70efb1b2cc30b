package io.vmha.benchmarks;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Counts the plans that reach an adapter, which does nothing and takes no time. Thread-safe. */
final class HandedOver implements HypervisorAdapter, TrafficDirector {
    private volatile CountDownLatch plans = new CountDownLatch(0);
    private final Set<VmId> off = ConcurrentHashMap.newKeySet();
    private final Map<VmId, VmId> routes = new ConcurrentHashMap<>();

    /** Begins to count: all machines are on, and serve for themselves. */
    void expect(int count) {
        off.clear();
        routes.clear();
        plans = new CountDownLatch(count);
    }

    /** Waits until that many plans had their first action carried out; it is woken once, when they had. */
    void await() throws InterruptedException {
        plans.await();
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        if (off.add(vm)) {
            plans.countDown();
        }
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return off.contains(vm) ? PowerState.OFF : PowerState.ON;
    }

    @Override
    public void route(VmId owner, VmId server, CallContext call) {
        routes.put(owner, server);
    }

    @Override
    public VmId serverOf(VmId owner, CallContext call) {
        return routes.getOrDefault(owner, owner);
    }

    @Override
    public String name() {
        return "handed over";
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.of(Capability.POWER_OFF);
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        throw new UnsupportedOperationException("nothing is discovered");
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {}

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {}

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {}

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {}

    @Override
    public void close() {}
}
