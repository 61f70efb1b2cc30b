package io.vmha.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.HaAssertions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FaultyAdapterTest {
    private static final VmId DB3 = VmId.of("db3");

    private final SimulatedDatacenter datacenter =
            new SimulatedDatacenter(Datacenter.threeHosts().inventory());
    private final FaultyAdapter platform = FaultyAdapter.around(datacenter.hypervisor());

    private PowerState actual() {
        return datacenter.actual().requireVm(DB3).power();
    }

    private void powerOff() {
        platform.powerOff(DB3, Duration.ZERO, call());
    }

    private void powerOffUntilItsDeadline() {
        platform.powerOff(DB3, Duration.ZERO, CallContext.within(Duration.ofMillis(50)));
    }

    @Test
    void withoutFaultsItDoesWhatTheOtherOneDoes() {
        powerOff();

        assertThat(platform.powerState(DB3, call())).isEqualTo(PowerState.OFF);
        assertThat(platform.read(DB3, call()).power()).isEqualTo(PowerState.OFF);
        assertThat(platform.calls()).containsExactly(Call.POWER_OFF, Call.POWER_STATE, Call.READ);
    }

    @Test
    void eachFaultHasItsEffectAndItsStory() {
        platform.next(Call.POWER_OFF, Fault.TRANSIENT, Fault.PERMANENT, Fault.REQUEST_LOST, Fault.HANGS, Fault.BUG);
        assertThat(catchThrowable(this::powerOff)).isInstanceOf(AdapterException.Transient.class);
        assertThat(catchThrowable(this::powerOff)).isInstanceOf(AdapterException.Permanent.class);
        assertThat(catchThrowable(this::powerOff)).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(catchThrowable(this::powerOffUntilItsDeadline)).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(catchThrowable(this::powerOff)).isInstanceOf(IllegalStateException.class);
        assertThat(actual()).isEqualTo(PowerState.ON);

        platform.next(Call.POWER_OFF, Fault.ACCEPTED_NOT_DONE, Fault.ANSWER_LOST);
        powerOff();
        assertThat(actual()).isEqualTo(PowerState.ON);
        assertThat(catchThrowable(this::powerOff)).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(actual()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aReadingThatFailsHasDoneNothing() {
        platform.next(Call.READ, Fault.ANSWER_LOST);

        assertThatExceptionOfType(AdapterException.Transient.class).isThrownBy(() -> platform.read(DB3, call()));
        assertThatIllegalArgumentException().isThrownBy(() -> platform.next(Call.READ, Fault.ACCEPTED_NOT_DONE));
    }

    @Test
    void chanceIsRepeatableAndEndsWhenItIsHealed() {
        assertThat(failures(7)).isEqualTo(failures(7)).isNotEqualTo(failures(8)).contains(true, false);
        platform.healed();
        powerOff();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> platform.randomly(1.5, new Random(1), Fault.TRANSIENT))
                .withMessageContaining("1.5");
    }

    private List<Boolean> failures(long seed) {
        platform.randomly(0.3, new Random(seed), Fault.TRANSIENT);
        List<Boolean> failures = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            failures.add(catchThrowable(() -> platform.powerState(DB3, call())) != null);
        }
        return failures;
    }

    @Test
    void aCenterComesThroughALostAnswerAndATransientError() {
        VirtualTime time = new VirtualTime();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(platform)
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .fencingDevice(datacenter.fencingDevice())
                .inventory(datacenter.actual())
                .scheduler(time)
                .build();
        platform.next(Call.POWER_OFF, Fault.TRANSIENT, Fault.ANSWER_LOST);
        datacenter.inject(Datacenter.readOnly("db3"));
        CompletableFuture<DecisionOutcome> outcome =
                center.submit(Datacenter.readOnly("db3")).toCompletableFuture();
        time.runToEnd();

        HaAssertions.assertThat(outcome.join()).isCarriedOut().plan().does(ActionKind.POWER_OFF, "db3");
        assertThat(actual()).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).containsEntry(DB3, VmId.of("db1"));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofMinutes(1));
    }
}
