package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** An adapter that keeps the contract, on a platform at the other end of a wire; the broken ones are made of it. Thread-safe. */
class RemoteAdapter implements HypervisorAdapter {
    final RemotePlatform platform;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean closed;

    RemoteAdapter(RemotePlatform platform) {
        this.platform = platform;
    }

    @Override
    public String name() {
        return "remote";
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        checkOpen();
        Duration unused = call.requireTimeLeft();
        Inventory seen = platform.actual();
        for (var host : seen.hosts()) {
            if (platform.hangs(host.id())) {
                seen = seen.with(host.withHealth(HostHealth.UNREACHABLE));
            }
        }
        return PlatformSnapshot.of(seen);
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return read(platform.hostOf(vm), call, remote -> remote.powerState(vm, sent(call)));
    }

    @Override
    public MachineReading read(VmId vm, CallContext call) {
        return read(platform.hostOf(vm), call, remote -> remote.read(vm, sent(call)));
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        change(platform.hostOf(vm), call, remote -> remote.powerOff(vm, grace, sent(call)));
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {
        change(host, call, remote -> remote.powerOn(vm, host, sent(call)));
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        change(platform.hostOf(vm), call, remote -> remote.reallocate(vm, allocation, sent(call)));
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        change(platform.hostOf(vm), call, remote -> remote.migrate(vm, target, sent(call)));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        change(host, call, remote -> remote.cloneFromTemplate(template, vm, host, sent(call)));
    }

    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        return read(host, call, remote -> remote.leftovers(vm, host, sent(call)));
    }

    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        change(host, call, remote -> remote.deleteLeftovers(vm, host, sent(call)));
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
    }

    /** The wire carries no deadline: what was sent is done, however late it is read. */
    private static CallContext sent(CallContext call) {
        return CallContext.within(Duration.ofHours(1), call.plan(), call.step(), call.epoch());
    }

    /** What changes nothing. */
    interface Change {
        void on(HypervisorAdapter remote);
    }

    private void change(HostId host, CallContext call, Change change) {
        Object done = ask(host, call, true, remote -> {
            change.on(remote);
            return "done";
        });
        if (!done.equals("done")) {
            throw new IllegalStateException("no answer: " + done);
        }
    }

    private <T> T read(HostId host, CallContext call, Function<HypervisorAdapter, T> request) {
        return ask(host, call, false, request);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the adapter is closed");
        }
    }

    <T> T ask(HostId host, CallContext call, boolean mayHaveEffect, Function<HypervisorAdapter, T> request) {
        checkOpen();
        Duration unused = call.requireTimeLeft();
        Future<T> answer;
        try {
            answer = threads.submit(() -> platform.ask(host, request));
        } catch (RejectedExecutionException closing) {
            throw new IllegalStateException("the adapter is closed", closing);
        }
        try {
            return waitFor(answer, call);
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw unknown(mayHaveEffect, Cause.TIMEOUT, "no answer in time", late);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw unknown(mayHaveEffect, Cause.TIMEOUT, "interrupted while waiting", stop);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof AdapterException told) {
                throw told;
            }
            throw unknown(mayHaveEffect, Cause.UNREACHABLE, "the platform failed", failed);
        }
    }

    <T> T waitFor(Future<T> answer, CallContext call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(call.remaining().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A reading that fails has done nothing. */
    AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
        return mayHaveEffect
                ? new AdapterException.OutcomeUnknown(cause, message, why)
                : new AdapterException.Transient(cause, message, why);
    }
}
