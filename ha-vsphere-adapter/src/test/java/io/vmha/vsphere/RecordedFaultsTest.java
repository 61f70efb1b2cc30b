package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.val;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.VmClassifier;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.VmType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alarms, statuses and events that the simulator does not have, in the shape that the vSphere API documents. */
class RecordedFaultsTest {
    private static final String ALARM_STATE =
            "<AlarmState><key>alarm-7.vm-1</key><entity type=\"VirtualMachine\">vm-1</entity>"
                    + "<alarm type=\"Alarm\">alarm-7</alarm><overallStatus>%s</overallStatus></AlarmState>";

    @TempDir
    private static Path folder;

    private final List<FaultReport> reports = new CopyOnWriteArrayList<>();
    private CannedVcenter vcenter;
    private VsphereAdapter adapter;

    @BeforeEach
    void begin() throws Exception {
        vcenter = new CannedVcenter(folder);
        adapter = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .build();
        vcenter.answer(
                "RetrievePropertiesEx",
                "<returnval>" + object("Alarm", "alarm-7", val("info.name", "Data disk lost")) + "</returnval>");
        vcenter.answer("CurrentTime", "<returnval>2026-01-01T00:00:00Z</returnval>");
    }

    @AfterEach
    void end() {
        adapter.close();
        vcenter.close();
    }

    private static String change(String path, String value) {
        return "<changeSet><name>" + path + "</name><op>assign</op><val>" + value + "</val></changeSet>";
    }

    private static String reference(String path, String type, String value) {
        return "<changeSet><name>" + path + "</name><op>assign</op><val type=\"" + type + "\">" + value
                + "</val></changeSet>";
    }

    private static String changed(String type, String ref, String changes) {
        return "<objectSet><kind>enter</kind><obj type=\"" + type + "\">" + ref + "</obj>" + changes + "</objectSet>";
    }

    private static String updates(String version, String... objects) {
        return "<returnval><version>" + version + "</version><filterSet>" + String.join("", objects)
                + "</filterSet></returnval>";
    }

    /** Everything there is, with more properties of the machine. */
    private static String everything(String ofTheMachine) {
        return updates(
                "1",
                changed(
                        "HostSystem",
                        "host-1",
                        change("name", "h1")
                                + reference("parent", "ComputeResource", "domain-1")
                                + change("runtime.connectionState", "connected")
                                + change("summary.hardware.numCpuCores", "8")
                                + change("summary.hardware.memorySize", "17179869184")),
                changed("ClusterComputeResource", "domain-1", change("name", "primary")),
                changed(
                        "VirtualMachine",
                        "vm-1",
                        change("name", "db1")
                                + change("runtime.powerState", "poweredOn")
                                + change("runtime.connectionState", "connected")
                                + reference("runtime.host", "HostSystem", "host-1")
                                + change("summary.config.numCpu", "1")
                                + change("summary.config.memorySizeMB", "1024")
                                + ofTheMachine));
    }

    private static String ofTheMachine(String version, String changes) {
        return updates(version, changed("VirtualMachine", "vm-1", changes));
    }

    private VsphereFaultSource watch(FaultRules rules) {
        return adapter.watch(rules, Duration.ofMillis(20), InstantSource.system(), reports::add);
    }

    private void assertReported(FaultKind kind, String subject) {
        await().until(() -> !reports.isEmpty());
        assertThat(reports)
                .extracting(FaultReport::kind, report -> report.subject().toString())
                .containsExactly(tuple(kind, subject));
    }

    @Test
    void anInventoryThatIsToldInPartsIsTakenWhole() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything("").replace("</returnval>", "<truncated>true</truncated></returnval>"),
                updates(
                        "2",
                        changed(
                                "VirtualMachine",
                                "vm-2",
                                change("name", "db2")
                                        + change("runtime.powerState", "poweredOn")
                                        + change("runtime.connectionState", "connected")
                                        + reference("runtime.host", "HostSystem", "host-1")
                                        + change("summary.config.numCpu", "1")
                                        + change("summary.config.memorySizeMB", "1024"))),
                "");
        try (VsphereFaultSource source = watch(FaultRules.builder().build())) {
            await().until(() -> !source.inventory().vms().isEmpty());
            assertThat(source.inventory().vms()).hasSize(2);
        }
    }

    @Test
    void aStateThatIsNotToldAnyMoreIsUnknownAndNoFault() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                updates(
                        "2",
                        "<objectSet><kind>modify</kind><obj type=\"HostSystem\">host-1</obj><changeSet>"
                                + "<name>runtime.connectionState</name><op>remove</op></changeSet></objectSet>"),
                "");
        try (VsphereFaultSource source = watch(FaultRules.builder().build())) {
            await().until(() -> !source.inventory().hosts().isEmpty()
                    && source.inventory().requireHost(HostId.of("h1")).inMaintenance());
            assertThat(source.inventory().requireHost(HostId.of("h1")).health()).isEqualTo(HostHealth.UP);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aHostThatIsDisconnectedByAnOperatorIsNoFaultAndOneThatDoesNotRespondIs() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                updates("2", changed("HostSystem", "host-1", change("runtime.connectionState", "disconnected"))),
                updates("3", changed("HostSystem", "host-1", change("runtime.connectionState", "notResponding"))),
                updates("4", changed("HostSystem", "host-1", change("runtime.connectionState", "disconnected"))),
                "");
        try (VsphereFaultSource source = watch(FaultRules.builder().build())) {
            await().until(() -> vcenter.count("WaitForUpdatesEx") > 5);
            assertReported(FaultKind.HOST_UNREACHABLE, "h1");
        }
    }

    @Test
    void aHostWhoseStatusIsRedIsReportedOnlyIfTheRulesSaySo() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                updates("2", changed("HostSystem", "host-1", change("overallStatus", "red"))),
                "");
        try (VsphereFaultSource source = watch(FaultRules.builder().build())) {
            await().until(() -> vcenter.count("WaitForUpdatesEx") > 4);
            assertThat(source.inventory().requireHost(HostId.of("h1")).health()).isEqualTo(HostHealth.UP);
        }
        assertThat(reports).isEmpty();
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                updates("2", changed("HostSystem", "host-1", change("overallStatus", "red"))),
                "");
        try (VsphereFaultSource source = watch(
                FaultRules.builder().hostStatusRed(FaultKind.HOST_DEGRADED).build())) {
            assertReported(FaultKind.HOST_DEGRADED, "h1");
        }
        assertThatThrownBy(() -> FaultRules.builder().hostStatusRed(FaultKind.GUEST_HUNG))
                .hasMessageContaining("GUEST_HUNG");
    }

    @Test
    void aMachineThatWasOffAllTheTimeThatItsHostWasAwayDidNotGoOff() {
        String off = change("runtime.powerState", "poweredOff");
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(off),
                ofTheMachine("2", change("runtime.connectionState", "disconnected")),
                ofTheMachine("3", change("runtime.connectionState", "connected")),
                "");
        try (VsphereFaultSource source = watch(FaultRules.builder().build())) {
            await().until(() -> vcenter.count("WaitForUpdatesEx") > 5);
            assertThat(source.inventory().vms()).hasSize(1);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aReceiverThatFailsIsGivenTheNextFaultAllTheSame() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                ofTheMachine("2", change("overallStatus", "red")),
                ofTheMachine("3", change("overallStatus", "green")),
                ofTheMachine("4", change("overallStatus", "red")),
                "");
        try (VsphereFaultSource source = adapter.watch(
                FaultRules.builder().machineStatusRed(FaultKind.SERVICE_DOWN).build(),
                Duration.ofMillis(20),
                InstantSource.system(),
                report -> {
                    reports.add(report);
                    throw new IllegalStateException("a receiver that fails");
                })) {
            await().until(() -> reports.size() == 2);
        }
    }

    @Test
    void anAlarmThatTurnsRedIsReportedOnceIfTheRulesNameIt() {
        vcenter.answer(
                "WaitForUpdatesEx",
                everything(""),
                ofTheMachine("2", change("triggeredAlarmState", ALARM_STATE.formatted("yellow"))),
                ofTheMachine("3", change("triggeredAlarmState", ALARM_STATE.formatted("red"))));
        FaultRules rules =
                FaultRules.builder().alarm("Data disk lost", FaultKind.IO_ERROR).build();
        try (VsphereFaultSource source = watch(rules)) {
            assertReported(FaultKind.IO_ERROR, "db1");
            long rounds = vcenter.count("WaitForUpdatesEx");
            await().until(() -> vcenter.count("WaitForUpdatesEx") > rounds + 3);
            assertReported(FaultKind.IO_ERROR, "db1");
        }
    }

    @Test
    void anAlarmThatTheRulesDoNotNameIsNoFault() {
        vcenter.answer("WaitForUpdatesEx", everything(change("triggeredAlarmState", ALARM_STATE.formatted("red"))));
        try (VsphereFaultSource source = watch(
                FaultRules.builder().alarm("Another alarm", FaultKind.IO_ERROR).build())) {
            await().until(() -> vcenter.count("WaitForUpdatesEx") > 3);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aMachineWhoseStatusTurnsRedIsReportedIfTheRulesSaySo() {
        vcenter.answer("WaitForUpdatesEx", everything(""), ofTheMachine("2", change("overallStatus", "red")));
        try (VsphereFaultSource source = watch(
                FaultRules.builder().machineStatusRed(FaultKind.SERVICE_DOWN).build())) {
            assertReported(FaultKind.SERVICE_DOWN, "db1");
        }
    }

    @Test
    void aHostThatLostItsStorageIsDegradedByDefault() {
        vcenter.answer("WaitForUpdatesEx", everything(change("overallStatus", "red")));
        vcenter.answer(
                "QueryEvents",
                "<returnval xsi:type=\"EventEx\"><key>40</key><createdTime>2026-01-01T00:00:00Z</createdTime>"
                        + "<host><name>h1</name><host type=\"HostSystem\">host-1</host></host>"
                        + "<eventTypeId>esx.problem.vmfs.heartbeat.timedout</eventTypeId></returnval>",
                "<returnval xsi:type=\"EventEx\"><key>41</key><createdTime>2026-01-01T00:00:01Z</createdTime>"
                        + "<host><name>h1</name><host type=\"HostSystem\">host-1</host></host>"
                        + "<eventTypeId>esx.problem.storage.apd.start</eventTypeId></returnval>"
                        + "<returnval xsi:type=\"UserLoginSessionEvent\"><key>42</key>"
                        + "<createdTime>2026-01-01T00:00:02Z</createdTime></returnval>");
        try (VsphereFaultSource source = watch(FaultRules.defaults())) {
            assertReported(FaultKind.HOST_DEGRADED, "h1");
            long asked = vcenter.count("QueryEvents");
            await().until(() -> vcenter.count("QueryEvents") > asked + 2);
            assertReported(FaultKind.HOST_DEGRADED, "h1");
        }
    }

    @Test
    void aHostsFaultCannotBeAMachinesStatus() {
        assertThatThrownBy(() -> FaultRules.builder().machineStatusRed(FaultKind.HOST_DOWN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST_DOWN");
    }
}
