package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.CapturedLog;
import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.PlanView;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The audit log and the diagnostic context are read by programs: each line here is one that the guide promises. */
class AuditLogTest {
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final List<Map<String, String>> seenByTheDirector = new ArrayList<>();
    private Optional<RuntimeException> directorFails = Optional.empty();

    @BeforeEach
    void keepTheLog() {
        CapturedLog.begin();
        MDC.clear();
    }

    @AfterEach
    void keepNoLog() {
        CapturedLog.end();
        MDC.clear();
    }

    private ManagementCenter center() {
        TrafficDirector director = new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                seenByTheDirector.add(MDC.getCopyOfContextMap());
                directorFails.ifPresent(failure -> {
                    throw failure;
                });
                datacenter.trafficDirector().route(owner, server, call);
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                return datacenter.trafficDirector().serverOf(owner, call);
            }
        };
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(director)
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(Fixtures.referenceEmbodiment())
                .scheduler(time)
                .build();
    }

    private <T> T done(CompletionStage<T> asked) {
        time.runToEnd();
        assertThat(asked).isCompleted();
        return asked.toCompletableFuture().join();
    }

    private static List<String> lines() {
        return CapturedLog.end().stream()
                .filter(line -> line.logger().equals("io.vmha.audit"))
                .map(CapturedLog.Line::message)
                .toList();
    }

    @Test
    void eachTryOfAnActionIsALineOfPairs() {
        done(center().submit(Fixtures.readOnly("db3")));

        String source = Fixtures.readOnly("db3").source();
        assertThat(lines())
                .startsWith(
                        "event=action epoch=1 plan=1 step=0 action=POWER_OFF vm=db3 host=h2 result=DONE attempt=1 source="
                                + source + " fault=FILESYSTEM_READ_ONLY subject=db3",
                        "event=action epoch=1 plan=1 step=1 action=REDIRECT vm=db3 target="
                                + datacenter.routes().get(VmId.of("db3")) + " result=DONE attempt=1 source=" + source
                                + " fault=FILESYSTEM_READ_ONLY subject=db3");
    }

    @Test
    void whatFailedSaysWhyInQuotes() {
        directorFails = Optional.of(new AdapterException.Permanent(
                AdapterException.Cause.REFUSED, "no \"backend\" mw\nevent=operator operator=mallory \u202e"));
        done(center().submit(Fixtures.readOnly("mw1")));

        assertThat(lines())
                .filteredOn(line -> line.contains("action=REDIRECT"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .contains("result=FAILED")
                        .contains("no \\\"backend\\\" mw")
                        .doesNotContain("\n")
                        .doesNotContain("\u202e"));
    }

    @Test
    void aSourceOfReportsCannotForgeALine() {
        FaultReport forged = FaultReport.ofVm(
                VmId.of("mw1"),
                FaultKind.SERVICE_DOWN,
                time.now(),
                "x\u2028event=operator operator=root call=approve plan=1\r\n\u001b[2K",
                1);
        done(center().submit(forged));

        assertThat(lines()).isNotEmpty().allSatisfy(line -> {
            assertThat(line)
                    .contains(
                            "source=\"x\\u2028event=operator operator=root call=approve plan=1\\u000d\\u000a\\u001b[2K\"");
            assertThat(line.codePoints()).allMatch(c -> c >= ' ' && c < 0x7f);
        });
    }

    @Test
    void eachCallOfAnOperatorIsALineOfPairs() {
        ManagementCenter center = center();
        done(center.automation(AutomationLevel.MANUAL, "ann"));
        var waits = center.submit(Fixtures.readOnly("mw1"));
        time.runToEnd();
        PlanView plan = done(center.plans()).get(0);
        done(center.approve(plan.plan().id(), "ann"));
        done(center.automation(AutomationLevel.FULL, "ann"));
        done(center.maintenance(HostId.of("h2"), true, "Ann Lee"));
        done(center.desired(VmId.of("mw5"), DesiredState.UNMANAGED, "ann"));
        done(center.pause("ann"));
        done(center.resume("ann"));

        assertThat(waits).isCompleted();
        assertThat(lines())
                .contains(
                        "event=operator epoch=1 operator=ann call=automation value=MANUAL",
                        "event=operator epoch=1 operator=ann call=automation value=FULL",
                        "event=operator epoch=1 operator=ann call=approve plan=1",
                        "event=operator epoch=1 operator=\"Ann Lee\" call=maintenance host=h2 value=true",
                        "event=operator epoch=1 operator=ann call=desired vm=mw5 value=UNMANAGED",
                        "event=operator epoch=1 operator=ann call=pause",
                        "event=operator epoch=1 operator=ann call=resume");
    }

    @Test
    void anActionThatWasApprovedSaysByWhom() {
        ManagementCenter center = center();
        done(center.automation(AutomationLevel.MANUAL, "ann"));
        var waits = center.submit(Fixtures.readOnly("mw1"));
        time.runToEnd();
        done(center.approve(done(center.plans()).get(0).plan().id(), "ann"));

        assertThat(waits).isCompleted();
        assertThat(lines())
                .filteredOn(line -> line.startsWith("event=action"))
                .isNotEmpty()
                .allMatch(line -> line.contains(" approved=ann"));
    }

    @Test
    void anAdapterIsCalledInTheContextOfItsPlanWhichIsGoneAfterwards() {
        MDC.put("vmha.plan", "the caller's own");
        done(center().submit(Fixtures.readOnly("mw1")));

        assertThat(seenByTheDirector).contains(Map.of("vmha.epoch", "1", "vmha.plan", "1", "vmha.vm", "mw1"));
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("vmha.plan", "the caller's own"));
    }

    @Test
    void theContextIsGoneToWhereACallThrew() {
        directorFails = Optional.of(new AdapterException.Permanent(AdapterException.Cause.REFUSED, "no such backend"));
        done(center().submit(Fixtures.readOnly("mw1")));

        assertThat(seenByTheDirector).isNotEmpty();
        assertThat(Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of()))
                .isEmpty();
    }

    @Test
    void anAuditLineOfAnActionIsInTheSameContext() {
        done(center().submit(Fixtures.readOnly("mw1")));

        assertThat(CapturedLog.end())
                .filteredOn(line -> line.message().startsWith("event=action"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.context())
                        .containsEntry("vmha.epoch", "1")
                        .containsEntry("vmha.plan", "1")
                        .containsEntry("vmha.vm", "mw1"));
    }
}
