package io.vmha.testkit.fault;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * An adapter around another one, whose calls go wrong on demand: to see what a center, a policy or an orchestrator makes of it.
 *
 * <pre>{@code
 * FaultyAdapter platform = FaultyAdapter.around(new MyAdapter());
 * platform.next(Call.POWER_OFF, Fault.ANSWER_LOST);              // the next one
 * platform.randomly(0.1, new Random(42), Fault.TRANSIENT);       // one in ten of all others
 * }</pre>
 *
 * <p>Thread-safe: its lists are guarded by itself. What was planned for a call comes before what is drawn. {@link Fault#HANGS} holds
 * the calling thread until the call's deadline, in real time: with a center in virtual time take {@link Fault#REQUEST_LOST}.
 */
public final class FaultyAdapter implements HypervisorAdapter {
    private final HypervisorAdapter sound;
    private final Map<Call, Deque<Fault>> planned = new EnumMap<>(Call.class);
    private final List<Call> calls = new ArrayList<>();
    private final List<Fault> drawn = new ArrayList<>();
    private double rate;
    private Optional<RandomGenerator> random = Optional.empty();

    private FaultyAdapter(HypervisorAdapter sound) {
        this.sound = sound;
    }

    /** Returns an adapter that does what the other one does, until faults are asked for. */
    public static FaultyAdapter around(HypervisorAdapter sound) {
        return new FaultyAdapter(sound);
    }

    /**
     * Has the next calls of a kind go wrong, one in each way and in this order, after those that were asked for before.
     *
     * @throws IllegalArgumentException if a fault is one of changes only, and the call changes nothing
     */
    @CanIgnoreReturnValue
    public synchronized FaultyAdapter next(Call call, Fault... faults) {
        for (Fault fault : faults) {
            if (fault == Fault.ACCEPTED_NOT_DONE && !call.changes()) {
                throw new IllegalArgumentException(call + " changes nothing that could be accepted and not done");
            }
            planned.computeIfAbsent(call, none -> new ArrayDeque<>()).add(fault);
        }
        return this;
    }

    /**
     * Has calls go wrong by chance. A fault that is one of changes only is not drawn for a reading.
     *
     * @param share how many of all calls, 0 to 1
     * @param chance what decides; a seed makes it repeatable where the calls come in one order
     * @param faults what may go wrong, each as often as the others
     * @throws IllegalArgumentException if the share is out of range, or there is no fault
     */
    @CanIgnoreReturnValue
    public synchronized FaultyAdapter randomly(double share, RandomGenerator chance, Fault... faults) {
        if (!(share >= 0 && share <= 1) || faults.length == 0) {
            throw new IllegalArgumentException("share must be 0 to 1, of at least one fault: " + share);
        }
        rate = share;
        random = Optional.of(chance);
        drawn.clear();
        drawn.addAll(List.of(faults));
        return this;
    }

    /** Nothing goes wrong from now on, whatever was asked for. */
    @CanIgnoreReturnValue
    public synchronized FaultyAdapter healed() {
        planned.clear();
        rate = 0;
        return this;
    }

    /** What it was asked for so far, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    private synchronized Optional<Fault> fault(Call call) {
        calls.add(call);
        Deque<Fault> next = planned.getOrDefault(call, new ArrayDeque<>());
        if (!next.isEmpty()) {
            return Optional.of(next.remove());
        }
        if (rate == 0 || random.isEmpty() || random.get().nextDouble() >= rate) {
            return Optional.empty();
        }
        Fault fault = drawn.get(random.get().nextInt(drawn.size()));
        return Optional.of(fault).filter(which -> which != Fault.ACCEPTED_NOT_DONE || call.changes());
    }

    @Override
    public String name() {
        return sound.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return sound.capabilities();
    }

    @Override
    public PlatformSnapshot discover(CallContext call) {
        return read(Call.DISCOVER, call, () -> sound.discover(call));
    }

    @Override
    public PowerState powerState(VmId vm, CallContext call) {
        return read(Call.POWER_STATE, call, () -> sound.powerState(vm, call));
    }

    @Override
    public MachineReading read(VmId vm, CallContext call) {
        return read(Call.READ, call, () -> sound.read(vm, call));
    }

    @Override
    public void powerOff(VmId vm, Duration grace, CallContext call) {
        change(Call.POWER_OFF, call, () -> sound.powerOff(vm, grace, call));
    }

    @Override
    public void powerOn(VmId vm, HostId host, CallContext call) {
        change(Call.POWER_ON, call, () -> sound.powerOn(vm, host, call));
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        change(Call.REALLOCATE, call, () -> sound.reallocate(vm, allocation, call));
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        change(Call.MIGRATE, call, () -> sound.migrate(vm, target, call));
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        change(Call.CLONE, call, () -> sound.cloneFromTemplate(template, vm, host, call));
    }

    @Override
    public List<String> leftovers(VmId vm, HostId host, CallContext call) {
        return read(Call.LEFTOVERS, call, () -> sound.leftovers(vm, host, call));
    }

    @Override
    public void deleteLeftovers(VmId vm, HostId host, CallContext call) {
        change(Call.DELETE_LEFTOVERS, call, () -> sound.deleteLeftovers(vm, host, call));
    }

    @Override
    public void serves(VmId vm, CallContext call) {
        change(Call.SERVES, call, () -> sound.serves(vm, call));
    }

    /** Closes the adapter that this one is around. */
    @Override
    public void close() {
        sound.close();
    }

    private <T> T read(Call kind, CallContext call, Supplier<T> reading) {
        Optional<Fault> fault = fault(kind);
        if (fault.isPresent()) {
            throw failure(kind, fault.get(), call);
        }
        return reading.get();
    }

    private void change(Call kind, CallContext call, Runnable effect) {
        Optional<Fault> fault = fault(kind);
        if (fault.isEmpty()) {
            effect.run();
            return;
        }
        if (fault.get() == Fault.ANSWER_LOST) {
            effect.run();
        }
        if (fault.get() != Fault.ACCEPTED_NOT_DONE) {
            throw failure(kind, fault.get(), call);
        }
    }

    private static RuntimeException failure(Call kind, Fault fault, CallContext call) {
        String what = kind + " goes wrong on demand: " + fault;
        return switch (fault) {
            case TRANSIENT -> new AdapterException.Transient(Cause.UNREACHABLE, what);
            case PERMANENT -> new AdapterException.Permanent(Cause.REFUSED, what);
            case HANGS -> {
                awaitDeadline(call.remaining());
                yield unanswered(kind, what);
            }
            case REQUEST_LOST, ANSWER_LOST, ACCEPTED_NOT_DONE -> unanswered(kind, what);
            case BUG -> new IllegalStateException(what);
        };
    }

    private static AdapterException unanswered(Call kind, String what) {
        return kind.changes()
                ? new AdapterException.OutcomeUnknown(Cause.TIMEOUT, what)
                : new AdapterException.Transient(Cause.TIMEOUT, what);
    }

    private static void awaitDeadline(Duration deadline) {
        try {
            boolean unused = new CountDownLatch(1).await(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
