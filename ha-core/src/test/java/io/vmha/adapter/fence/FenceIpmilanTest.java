package io.vmha.adapter.fence;

import static io.vmha.adapter.fence.IpmiLab.H1;
import static io.vmha.adapter.fence.IpmiLab.H2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.base.Throwables;
import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostHealth;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** fence_ipmilan of Debian's fence-agents on simulated management boards. */
@Tag("lab")
class FenceIpmilanTest {
    private static final String WRONG = "wr0ng-passw0rd";

    private final IpmiLab lab = new IpmiLab();
    private final FenceAgentDevice device = lab.device().build();

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void aHostIsPoweredOffAndThatIsReadBack() {
        device.fence(H1, call());

        assertThat(lab.isOn(H1)).isFalse();
        assertThat(lab.isOn(H2)).isTrue();
        assertThat(device.powerState(H1, call())).isEqualTo(PowerState.OFF);
        assertThat(device.powerState(H2, call())).isEqualTo(PowerState.ON);
    }

    @Test
    void aHostThatIsOffAlreadyStaysOff() {
        device.fence(H1, call());
        device.fence(H1, call());

        assertThat(lab.isOn(H1)).isFalse();
    }

    @Test
    void aHostIsPoweredOnAgain() {
        device.fence(H1, call());
        device.powerOn(H1, call());
        device.powerOn(H1, call());

        assertThat(lab.isOn(H1)).isTrue();
        assertThat(device.powerState(H1, call())).isEqualTo(PowerState.ON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0"})
    void aWrongPasswordIsRefusedForGoodAndShownNowhere(String lanplus) {
        FenceAgentDevice wrong = lab.device()
                .option("lanplus", lanplus)
                .option("ipmitool_timeout", "1")
                .option("power_timeout", "10")
                .credentials(host -> FenceCredentials.password(WRONG.toCharArray()))
                .build();

        for (AdapterException thrown :
                Set.of(failure(() -> wrong.fence(H1, call())), failure(() -> wrong.powerState(H1, call())))) {
            assertThat(thrown).isInstanceOf(AdapterException.Permanent.class);
            assertThat(thrown.reason()).isEqualTo(Cause.NOT_PERMITTED);
            assertThat(Throwables.getStackTraceAsString(thrown)).doesNotContain(WRONG);
        }
        assertThat(wrong.toString()).doesNotContain(WRONG);
        assertThat(lab.isOn(H1)).isTrue();
    }

    @Test
    void aWrongUserIsRefusedForGood() {
        FenceAgentDevice wrong = lab.device().option("username", "nobody").build();

        AdapterException thrown = failure(() -> wrong.powerState(H1, call()));

        assertThat(thrown).isInstanceOf(AdapterException.Permanent.class);
        assertThat(thrown.reason()).isEqualTo(Cause.NOT_PERMITTED);
    }

    @Test
    void thePasswordIsNeitherOnTheAgentsCommandLineNorInItsEnvironment() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Set<String>> seen = CompletableFuture.supplyAsync(() -> watchAgents(done));
        for (int i = 0; i < 5; i++) {
            device.powerState(H1, call());
        }
        device.fence(H1, call());
        done.set(true);

        assertThat(seen.get())
                .anyMatch(line -> line.contains("fence_ipmilan"))
                .noneMatch(line -> line.contains(IpmiLab.PASSWORD));
    }

    /** What each process that this one starts shows of itself, read over and over. */
    private static Set<String> watchAgents(AtomicBoolean done) {
        Set<String> seen = new TreeSet<>();
        while (!done.get()) {
            ProcessHandle.current().children().forEach(agent -> {
                seen.add(read(Path.of("/proc/" + agent.pid() + "/cmdline")));
                seen.add(read(Path.of("/proc/" + agent.pid() + "/environ")));
            });
        }
        return seen;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException hasEnded) {
            return "";
        }
    }

    @Test
    void aBoardThatIsDownIsUnreachableAndNothingIsKnownToBeDone() {
        lab.kill(H1);

        assertThat(failure(() -> device.powerState(H1, call())))
                .isInstanceOf(AdapterException.Transient.class)
                .extracting(AdapterException::reason)
                .isEqualTo(Cause.UNREACHABLE);
        assertThat(failure(() -> device.fence(H1, call())))
                .isInstanceOf(AdapterException.OutcomeUnknown.class)
                .extracting(AdapterException::reason)
                .isEqualTo(Cause.UNREACHABLE);
        device.fence(H2, call());
    }

    @Test
    void aBoardThatNeverAnswersIsGivenUpAtTheDeadlineWithAllThatWasStarted() throws Exception {
        FenceAgentDevice patient = lab.device().option("power_timeout", "60").build();
        try (AutoCloseable hang = lab.hang(H1)) {
            assertThat(hang).isNotNull();
            long start = System.nanoTime();
            AdapterException thrown = failure(() -> patient.fence(H1, CallContext.within(Duration.ofSeconds(2))));

            assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class);
            assertThat(thrown.reason()).isEqualTo(Cause.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
            assertThat(askingBoards()).isEmpty();
        }
    }

    /** What asks the boards of this test; another build may have its own. */
    private List<String> askingBoards() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("ipmitool"))
                .map(process -> read(Path.of("/proc/" + process.pid() + "/cmdline")))
                .filter(line -> line.contains(lab.port()))
                .toList();
    }

    @Test
    void aBoardWhoseSwitchDoesNothingDoesNotConfirmTheHostOff() {
        lab.jam(H1);

        AdapterException thrown = failure(() -> device.fence(H1, call()));

        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class).hasMessageContaining("power OFF");
        assertThat(lab.isOn(H1)).isTrue();
    }

    @Test
    void theCenterFencesAnUnreachableHostByItBeforeItsDatabasesMove() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        datacenter.inject(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        VirtualTime time = new VirtualTime();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .fencingDevice(device)
                .inventory(datacenter.actual())
                .scheduler(time)
                .build();
        center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        time.runToEnd();

        assertThat(lab.isOn(H2)).isFalse();
        assertThat(center.inventory().requireHost(H2).health()).isEqualTo(HostHealth.DOWN);
        assertThat(datacenter.routes()).containsKey(VmId.of("db3"));
    }

    private static AdapterException failure(Runnable action) {
        return catchThrowableOfType(AdapterException.class, action::run);
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(30));
    }
}
