package io.vmha.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Times every call of an adapter, and changes nothing of it. Thread-safe as the adapter is. */
final class MeteredAdapter implements HypervisorAdapter {
    private final HypervisorAdapter adapter;
    private final MeterRegistry registry;
    private final Tags tags;
    private final HostTags hosts;
    private final Function<VmId, Optional<HostId>> hostOf;

    MeteredAdapter(
            HypervisorAdapter adapter,
            MeterRegistry registry,
            Tags tags,
            HostTags hosts,
            Function<VmId, Optional<HostId>> hostOf) {
        this.adapter = adapter;
        this.registry = registry;
        this.tags = tags;
        this.hosts = hosts;
        this.hostOf = hostOf;
    }

    @Override
    public String name() {
        return adapter.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return adapter.capabilities();
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        return timed("discover", Optional.empty(), () -> adapter.discover(call));
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return timed("power_state", hostOf.apply(vm), () -> adapter.powerState(vm, call));
    }

    @Override
    public MachineReading read(VmId vm, CallContext call) {
        return timed("read", hostOf.apply(vm), () -> adapter.read(vm, call));
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        done("power_off", hostOf.apply(vm), () -> adapter.powerOff(vm, grace, call));
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {
        done("power_on", Optional.of(host), () -> adapter.powerOn(vm, host, call));
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        done("reallocate", hostOf.apply(vm), () -> adapter.reallocate(vm, allocation, call));
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        done("migrate", Optional.of(target), () -> adapter.migrate(vm, target, call));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        done("clone", Optional.of(host), () -> adapter.cloneFromTemplate(template, vm, host, call));
    }

    @Override
    public void serves(VmId vm, CallContext call) {
        done("serves", hostOf.apply(vm), () -> adapter.serves(vm, call));
    }

    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        return timed("leftovers", Optional.of(host), () -> adapter.leftovers(vm, host, call));
    }

    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        done("delete_leftovers", Optional.of(host), () -> adapter.deleteLeftovers(vm, host, call));
    }

    @Override
    public void close() {
        adapter.close();
    }

    private void done(String call, Optional<HostId> host, Runnable body) {
        timed(call, host, () -> {
            body.run();
            return call;
        });
    }

    private <T> T timed(String call, Optional<HostId> host, Supplier<T> body) {
        Timer.Sample sample = Timer.start(registry);
        String outcome = "error";
        try {
            T answer = body.get();
            outcome = "ok";
            return answer;
        } catch (AdapterException failed) {
            outcome = outcomeOf(failed);
            throw failed;
        } finally {
            sample.stop(registry.timer(
                    MeterNames.ADAPTER_CALLS, tags.and("call", call, "host", hosts.of(host), "outcome", outcome)));
        }
    }

    private static String outcomeOf(AdapterException failed) {
        if (failed instanceof AdapterException.Transient) {
            return "transient";
        }
        return failed instanceof AdapterException.Permanent ? "permanent" : "unknown";
    }
}
