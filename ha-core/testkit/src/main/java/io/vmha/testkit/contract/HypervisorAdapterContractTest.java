package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.MachineReading;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every hypervisor adapter must do, whoever wrote it: idempotency, reading back, refusals, deadlines, interrupts,
 * concurrency and closing.
 *
 * <p>To test an adapter of your own, extend this class, and return a {@link
 * HypervisorTestbed} for your platform from {@link #newTestbed()}; it is made anew for each test. Where an adapter lacks a {@link
 * Capability}, the test checks instead that the call is refused as {@link Cause#UNSUPPORTED}. What a testbed cannot do to its platform,
 * such as losing an answer, cannot be tried: that test is skipped, and says so.
 */
public abstract class HypervisorAdapterContractTest extends HypervisorHonestyContract {

    /** For the test of an implementation. */
    protected HypervisorAdapterContractTest() {}

    @Test
    void itsNameIsNotBlankAndItsCapabilitiesDoNotChange() {
        assertThat(adapter.name()).isNotBlank();
        assertThat(adapter.capabilities()).isEqualTo(adapter.capabilities());
    }

    @Test
    void discoveryTellsTheHostsAndTheMachine() {
        Inventory inventory = adapter.discover(call()).toInventory();

        assertThat(inventory.hosts()).extracting(Host::id).contains(testbed.host(), testbed.otherHost());
        assertThat(inventory.requireHost(testbed.host()).health()).isEqualTo(HostHealth.UP);
        VirtualMachine vm = inventory.requireVm(testbed.vm());
        assertThat(vm.host()).isEqualTo(testbed.host());
        assertThat(vm.power()).isEqualTo(PowerState.ON);
        assertThat(vm.allocation().memoryMiB()).isPositive();
        assertThat(vm.allocation().cpuMillis()).isPositive();
    }

    @Test
    void whatIsReadOfOneMachineIsWhatDiscoveryTells() {
        MachineReading reading = adapter.read(testbed.vm(), call());

        assertThat(reading.host()).isEqualTo(machine().host());
        assertThat(reading.power()).isEqualTo(machine().power());
        assertThat(reading.allocation()).isEqualTo(machine().allocation());
        assertUnknown(() -> adapter.read(NOBODY, call()));
    }

    @Test
    void aMachineThatIsPoweredOffIsOffAndOneThatIsOffStaysSo() {
        if (refusesWithout(Capability.POWER_OFF, () -> adapter.powerOff(testbed.vm(), Duration.ZERO, call()))) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);

        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);
        assertThat(machine().power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aMachineIsOffAfterItsGraceWhateverItsGuestDoes() {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ofMillis(300), call());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);
    }

    @Test
    void aMachineThatIsPoweredOnIsOnAndOneThatIsOnStaysSo() {
        if (refusesWithout(Capability.POWER_ON, () -> adapter.powerOn(testbed.vm(), testbed.host(), call()))) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        adapter.powerOn(testbed.vm(), testbed.host(), call());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);

        adapter.powerOn(testbed.vm(), testbed.host(), call());
        assertThat(machine().power()).isEqualTo(PowerState.ON);
        assertThat(machine().host()).isEqualTo(testbed.host());
    }

    @Test
    void aMachineIsSaidToServeWhetherItWasJustStartedOrNotAndStaysAsItIs() {
        VirtualMachine before = machine();
        adapter.serves(testbed.vm(), call());
        // How loaded it is depends on what its guest does.
        assertThat(machine().withLoad(0)).isEqualTo(before.withLoad(0));
        if (!can(Capability.POWER_OFF) || !can(Capability.POWER_ON)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        adapter.powerOn(testbed.vm(), testbed.host(), call());
        VirtualMachine started = machine();
        adapter.serves(testbed.vm(), call());
        adapter.serves(testbed.vm(), call());

        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        assertThat(machine().host()).isEqualTo(testbed.host());
        assertThat(machine().allocation()).isEqualTo(started.allocation());
    }

    @Test
    void aMachineThatRunsIsNotStartedOnAnotherHost() {
        if (!can(Capability.POWER_ON)) {
            return;
        }
        assertRefused(Cause.IN_USE, () -> adapter.powerOn(testbed.vm(), testbed.otherHost(), call()));
        assertThat(machine().host()).isEqualTo(testbed.host());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
    }

    @Test
    void aMachineThatIsOffIsRestartedOnAnotherHost() {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        if (refusesWithout(
                Capability.RESTART_ELSEWHERE, () -> adapter.powerOn(testbed.vm(), testbed.otherHost(), call()))) {
            return;
        }
        Resources allocation = machine().allocation();
        adapter.powerOn(testbed.vm(), testbed.otherHost(), call());
        adapter.powerOn(testbed.vm(), testbed.otherHost(), call());

        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        assertThat(machine().host()).isEqualTo(testbed.otherHost());
        assertThat(machine().allocation()).isEqualTo(allocation);
    }

    @Test
    void anUnknownMachineIsRefusedByEveryCall() {
        assertUnknown(() -> adapter.powerState(NOBODY, call()));
        if (can(Capability.POWER_OFF)) {
            assertUnknown(() -> adapter.powerOff(NOBODY, Duration.ZERO, call()));
        }
        if (can(Capability.POWER_ON)) {
            assertUnknown(() -> adapter.powerOn(NOBODY, testbed.host(), call()));
        }
        if (can(Capability.REALLOCATE)) {
            assertUnknown(() -> adapter.reallocate(NOBODY, testbed.grown(), call()));
        }
        if (can(Capability.LIVE_MIGRATION)) {
            assertUnknown(() -> adapter.migrate(NOBODY, testbed.otherHost(), call()));
        }
    }

    @Test
    void anUnknownHostOrTemplateIsRefusedAndChangesNothing() {
        if (can(Capability.POWER_ON)) {
            assertUnknown(() -> adapter.powerOn(testbed.vm(), NOWHERE, call()));
        }
        if (can(Capability.LIVE_MIGRATION)) {
            assertUnknown(() -> adapter.migrate(testbed.vm(), NOWHERE, call()));
        }
        if (can(Capability.CLONE)) {
            VmId fresh = VmId.of("contract-fresh");
            assertUnknown(() -> adapter.cloneFromTemplate(testbed.template(), fresh, NOWHERE, call()));
            assertUnknown(
                    () -> adapter.cloneFromTemplate(TemplateId.of("no-such-template"), fresh, testbed.host(), call()));
            assertThat(adapter.discover(call()).toInventory().vm(fresh)).isEmpty();
        }
        assertThat(machine().host()).isEqualTo(testbed.host());
        assertThat(machine().power()).isEqualTo(PowerState.ON);
    }

    @Test
    void anAllocationIsReadBackAsItWasSet() {
        if (refusesWithout(Capability.REALLOCATE, () -> adapter.reallocate(testbed.vm(), testbed.grown(), call()))) {
            return;
        }
        assertThat(machine().allocation()).isNotEqualTo(testbed.grown());
        adapter.reallocate(testbed.vm(), testbed.grown(), call());
        adapter.reallocate(testbed.vm(), testbed.grown(), call());

        assertThat(machine().allocation()).isEqualTo(testbed.grown());
        assertThat(machine().power()).isEqualTo(PowerState.ON);
    }

    @Test
    void anAllocationPastTheHostsCapacityIsRefusedAndChangesNothing() {
        if (!can(Capability.REALLOCATE)) {
            return;
        }
        Resources before = machine().allocation();
        Resources capacity = adapter.discover(call())
                .toInventory()
                .requireHost(testbed.host())
                .capacity();

        assertRefused(
                Cause.NO_CAPACITY,
                () -> adapter.reallocate(
                        testbed.vm(), Resources.of(before.cpuMillis(), capacity.memoryMiB() + 1), call()));
        assertRefused(
                Cause.NO_CAPACITY,
                () -> adapter.reallocate(
                        testbed.vm(), Resources.of(capacity.cpuMillis() + 1_000, before.memoryMiB()), call()));
        assertThat(machine().allocation()).isEqualTo(before);
    }

    @Test
    void aMigratedMachineRunsOnTheOtherHostAndNowhereElse() {
        if (refusesWithout(
                Capability.LIVE_MIGRATION, () -> adapter.migrate(testbed.vm(), testbed.otherHost(), call()))) {
            return;
        }
        Resources allocation = machine().allocation();
        adapter.migrate(testbed.vm(), testbed.otherHost(), call());
        assertThat(machine().host()).isEqualTo(testbed.otherHost());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);

        adapter.migrate(testbed.vm(), testbed.otherHost(), call());
        assertThat(machine().host()).isEqualTo(testbed.otherHost());
        assertThat(machine().allocation()).isEqualTo(allocation);
    }

    @Test
    void aCloneTakesTheNameOfTheMachineThatItReplacesAndIsOff() {
        if (refusesWithout(
                Capability.CLONE,
                () -> adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), call()))) {
            return;
        }
        CallContext step = CallContext.within(testbed.patience(), Optional.of(new PlanId(987_654)), 3, 1);
        assertRefused(
                Cause.IN_USE, () -> adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), step));

        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), step);
        assertThat(machine().power()).isEqualTo(PowerState.OFF);
        assertThat(machine().host()).isEqualTo(testbed.host());

        adapter.powerOn(testbed.vm(), testbed.host(), call());
        adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), step);
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
    }

    @Test
    void whatACloneReplacedIsToldAndDeletedAndTheCloneStays() {
        if (refusesWithout(
                Capability.DELETE_LEFTOVERS, () -> adapter.deleteLeftovers(testbed.vm(), testbed.host(), call()))) {
            assertRefused(Cause.UNSUPPORTED, () -> adapter.leftovers(testbed.vm(), testbed.host(), call()));
            return;
        }
        assertThat(leftovers()).isEmpty();
        adapter.deleteLeftovers(testbed.vm(), testbed.host(), call());
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        if (!can(Capability.CLONE)) {
            return;
        }
        for (int step = 1; step <= 2; step++) {
            adapter.powerOff(testbed.vm(), Duration.ZERO, call());
            adapter.cloneFromTemplate(
                    testbed.template(),
                    testbed.vm(),
                    testbed.host(),
                    CallContext.within(testbed.patience(), Optional.of(new PlanId(987_655)), step, 1));
            adapter.powerOn(testbed.vm(), testbed.host(), call());
        }
        assertThat(leftovers()).hasSize(2).doesNotHaveDuplicates();

        adapter.deleteLeftovers(testbed.vm(), testbed.host(), call());
        adapter.deleteLeftovers(testbed.vm(), testbed.host(), call());

        assertThat(leftovers()).isEmpty();
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        assertThat(machine().host()).isEqualTo(testbed.host());
    }

    @Test
    void ofAVmThatNobodyKnowsNothingIsLeftAndAnUnknownHostIsRefused() {
        if (!can(Capability.DELETE_LEFTOVERS)) {
            return;
        }
        assertThat(adapter.leftovers(NOBODY, testbed.host(), call())).isEmpty();
        adapter.deleteLeftovers(NOBODY, testbed.host(), call());
        assertUnknown(() -> adapter.leftovers(testbed.vm(), NOWHERE, call()));
        assertUnknown(() -> adapter.deleteLeftovers(testbed.vm(), NOWHERE, call()));
        assertThat(machine().power()).isEqualTo(PowerState.ON);
    }

    private List<String> leftovers() {
        return adapter.leftovers(testbed.vm(), testbed.host(), call());
    }

    @Test
    void aCallWithoutTimeReturnsAtOnceAndNeverLies() {
        CallContext noTime = CallContext.within(Duration.ofNanos(1));
        long begun = System.nanoTime();
        Throwable thrown = catchThrowable(() -> adapter.powerState(testbed.vm(), noTime));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PROMPTLY);
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(AdapterException.class);
        }
        if (can(Capability.POWER_OFF)) {
            Throwable failure = catchThrowable(() -> adapter.powerOff(testbed.vm(), Duration.ZERO, noTime));
            if (failure == null) {
                assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);
            } else {
                assertThat(failure).isInstanceOf(AdapterException.class);
            }
        }
    }

    @Test
    void everyCallToAHostThatHangsReturnsByItsDeadline() throws Exception {
        adapter.discover(call());
        Optional<AutoCloseable> hanging = testbed.hang();
        if (hanging.isEmpty()) {
            return;
        }
        Duration deadline = Duration.ofMillis(500);
        try {
            List<ThrowingCallable> calls = new ArrayList<>();
            calls.add(() -> adapter.powerState(testbed.vm(), CallContext.within(deadline)));
            if (can(Capability.POWER_OFF)) {
                calls.add(() -> adapter.powerOff(testbed.vm(), Duration.ZERO, CallContext.within(deadline)));
            }
            if (can(Capability.REALLOCATE)) {
                calls.add(() -> adapter.reallocate(testbed.vm(), testbed.grown(), CallContext.within(deadline)));
            }
            for (ThrowingCallable call : calls) {
                long begun = System.nanoTime();
                assertThatThrownBy(call).isInstanceOf(AdapterException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(deadline.plus(PROMPTLY));
            }
            long begun = System.nanoTime();
            Inventory inventory = adapter.discover(CallContext.within(deadline)).toInventory();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(deadline.plus(PROMPTLY));
            assertThat(inventory.requireHost(testbed.host()).health()).isEqualTo(HostHealth.UNREACHABLE);
            assertThat(inventory.requireHost(testbed.otherHost()).health()).isEqualTo(HostHealth.UP);
            assertThat(inventory.vm(testbed.vm())).isPresent();
        } finally {
            hanging.get().close();
        }
    }

    @Test
    void concurrentCallsAllSucceedAndAgree() throws Exception {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        int threads = 8;
        CyclicBarrier together = new CyclicBarrier(threads);
        List<Callable<PowerState>> calls = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            calls.add(() -> {
                together.await(10, TimeUnit.SECONDS);
                adapter.powerOff(testbed.vm(), Duration.ZERO, call());
                adapter.discover(call());
                return adapter.powerState(testbed.vm(), call());
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<PowerState> state : pool.invokeAll(calls)) {
                assertThat(state.get()).isEqualTo(PowerState.OFF);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aClosedAdapterRefusesEveryCall() {
        adapter.discover(call());
        adapter.close();
        adapter.close();
        assertClosed(() -> adapter.discover(call()));
        assertClosed(() -> adapter.powerState(testbed.vm(), call()));
        assertClosed(() -> adapter.powerOff(testbed.vm(), Duration.ZERO, call()));
        assertClosed(() -> adapter.powerOn(testbed.vm(), testbed.host(), call()));
    }

    @Test
    void closingEndsTheCallsUnderWay() throws Exception {
        adapter.discover(call());
        ExecutorService pool = Executors.newSingleThreadExecutor();
        Optional<AutoCloseable> hanging = testbed.hang();
        try {
            CyclicBarrier begun = new CyclicBarrier(2);
            Future<Throwable> call = pool.submit(() -> {
                begun.await(10, TimeUnit.SECONDS);
                return catchThrowable(() -> {
                    while (true) {
                        adapter.powerState(testbed.vm(), call());
                    }
                });
            });
            begun.await(10, TimeUnit.SECONDS);
            adapter.close();
            assertThat(call.get(PROMPTLY.toMillis(), TimeUnit.MILLISECONDS))
                    .isInstanceOfAny(AdapterException.class, IllegalStateException.class);
        } finally {
            pool.shutdownNow();
            if (hanging.isPresent()) {
                hanging.get().close();
            }
        }
    }
}
