package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the simulator cannot answer: answers in the shape that the vSphere API documents, at the SOAP boundary. */
class RecordedShapesTest {
    private static final String HOST = object(
            "HostSystem",
            "host-1",
            val("name", "h1")
                    + ref("parent", "ComputeResource", "domain-1")
                    + val("runtime.connectionState", "connected")
                    + val("runtime.inventedState", "x")
                    + val("summary.hardware.numCpuCores", "8")
                    + val("summary.hardware.memorySize", "17179869184"));
    private static final String COMPUTE = object(
            "ClusterComputeResource", "domain-1", val("name", "primary") + ref("resourcePool", "ResourcePool", "pool"));
    private static final VmId VM = VmId.of("db1");

    @TempDir
    private static Path folder;

    private CannedVcenter vcenter;
    private VsphereAdapter adapter;

    @BeforeEach
    void begin() throws Exception {
        vcenter = new CannedVcenter(folder);
        adapter = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .build();
        vcenter.answer("RetrievePropertiesEx", page("", vm("vm-1", "db1", "poweredOn"), HOST, COMPUTE));
    }

    @AfterEach
    void end() {
        adapter.close();
        vcenter.close();
    }

    static String val(String path, String value) {
        return "<propSet><name>" + path + "</name><val xsi:type=\"xsd:any\">" + value + "</val></propSet>";
    }

    static String ref(String path, String type, String value) {
        return "<propSet><name>" + path + "</name><val type=\"" + type + "\">" + value + "</val></propSet>";
    }

    static String object(String type, String ref, String properties) {
        return "<objects><obj type=\"" + type + "\">" + ref + "</obj>" + properties + "</objects>";
    }

    private static String vm(String ref, String name, String power) {
        return object(
                "VirtualMachine",
                ref,
                val("name", name)
                        + val("runtime.powerState", power)
                        + val("runtime.connectionState", "connected")
                        + ref("runtime.host", "HostSystem", "host-1")
                        + val("summary.config.numCpu", "1")
                        + val("summary.config.memorySizeMB", "1024"));
    }

    private static String page(String token, String... objects) {
        return "<returnval>" + (token.isEmpty() ? "" : "<token>" + token + "</token>") + String.join("", objects)
                + "</returnval>";
    }

    private static String task(String properties) {
        return page("", object("Task", "task-1", properties));
    }

    private static String update(String version, String state) {
        return "<returnval><version>" + version + "</version><filterSet><objectSet><kind>modify</kind>"
                + "<obj type=\"Task\">task-1</obj><changeSet><name>info.state</name><op>assign</op><val>" + state
                + "</val></changeSet></objectSet></filterSet></returnval>";
    }

    private static CallContext within(int seconds) {
        return CallContext.within(Duration.ofSeconds(seconds));
    }

    @Test
    void everyPageIsReadToTheLast() {
        vcenter.answer("RetrievePropertiesEx", page("more", HOST, COMPUTE, vm("vm-1", "db1", "poweredOn")));
        vcenter.answer(
                "ContinueRetrievePropertiesEx",
                page("still more", vm("vm-2", "db2", "poweredOff")),
                page("", vm("vm-3", "db3", "suspended")));

        Inventory inventory = adapter.discover(within(10)).toInventory();

        assertThat(inventory.vms()).hasSize(3);
        assertThat(inventory.requireVm(VmId.of("db3")).power()).isEqualTo(PowerState.SUSPENDED);
    }

    @Test
    void unknownElementsTypesAndValuesAreIgnored() {
        String strange =
                object("QuantumFabric", "q-1", val("name", "q")) + "<novelty a=\"b\"><deep>er</deep></novelty>";
        vcenter.answer("RetrievePropertiesEx", page("", HOST, COMPUTE, strange, vm("vm-1", "db1", "poweredSideways")));

        Inventory inventory = adapter.discover(within(10)).toInventory();

        assertThat(inventory.requireVm(VM).power()).isEqualTo(PowerState.UNKNOWN);
        assertThat(inventory.requireHost(HostId.of("h1")).health()).isEqualTo(HostHealth.UP);
    }

    @Test
    void aTaskIsAwaitedByUpdatesAndReadBack() {
        vcenter.answer(
                "RetrievePropertiesEx",
                page("", HOST, COMPUTE, vm("vm-1", "db1", "poweredOn")),
                page("", vm("vm-1", "db1", "poweredOn")),
                task(val("info.state", "queued")),
                page("", vm("vm-1", "db1", "poweredOff")));
        vcenter.answer("PowerOffVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        vcenter.answer("WaitForUpdatesEx", update("1", "running"), update("2", "success"));

        adapter.powerOff(VM, Duration.ZERO, within(10));

        assertThat(vcenter.count("WaitForUpdatesEx")).isEqualTo(2);
        assertThat(vcenter.count("DestroyPropertyCollector")).isEqualTo(1);
    }

    @Test
    void aSessionThatExpiresWhileATaskRunsDoesNotLoseTheTask() {
        vcenter.answer(
                "RetrievePropertiesEx",
                page("", HOST, COMPUTE, vm("vm-1", "db1", "poweredOn")),
                page("", vm("vm-1", "db1", "poweredOn")),
                task(val("info.state", "running")),
                page("", vm("vm-1", "db1", "poweredOff")));
        vcenter.answer("PowerOffVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        vcenter.answer(
                "WaitForUpdatesEx",
                CannedVcenter.fault("NotAuthenticated"),
                CannedVcenter.fault("ManagedObjectNotFound"),
                update("1", "success"));

        adapter.powerOff(VM, Duration.ZERO, within(10));

        assertThat(vcenter.count("Login")).isEqualTo(2);
        assertThat(vcenter.count("PowerOffVM_Task")).isEqualTo(1);
    }

    @Test
    void aTaskThatIsNotOverByTheDeadlineIsCancelledAndItsOutcomeUnknown() {
        vcenter.answer(
                "RetrievePropertiesEx",
                page("", HOST, COMPUTE, vm("vm-1", "db1", "poweredOn")),
                page("", vm("vm-1", "db1", "poweredOn")),
                task(val("info.state", "running")));
        vcenter.answer("PowerOffVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        vcenter.answer("WaitForUpdatesEx", update("1", "running"));

        assertThatThrownBy(() -> adapter.powerOff(VM, Duration.ZERO, within(1)))
                .asInstanceOf(type(AdapterException.OutcomeUnknown.class))
                .returns(Cause.TIMEOUT, AdapterException::reason);
        assertThat(vcenter.count("CancelTask")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "NoPermission, Permanent, NOT_PERMITTED",
        "ResourceInUse, Transient, BUSY",
        "TaskInProgress, Transient, BUSY",
        "HostNotConnected, Transient, UNREACHABLE",
        "InsufficientResourcesFault, Permanent, NO_CAPACITY",
        "DuplicateName, Permanent, IN_USE",
        "FileLocked, Permanent, IN_USE",
        "CpuIncompatible, Permanent, INCOMPATIBLE_CPU",
        "MethodNotFound, Permanent, UNSUPPORTED",
        "AFaultOfTheFuture, Permanent, REFUSED",
        "SystemError, OutcomeUnknown, REFUSED",
        "NoDiskSpace, Permanent, NO_CAPACITY",
        "InsufficientStorageSpace, Permanent, NO_CAPACITY",
        "InsufficientHostCpuCapacityFault, Permanent, NO_CAPACITY",
        "VAppTaskInProgress, Transient, BUSY",
        "TooManyConcurrentNativeClones, Transient, BUSY",
        "NoActiveHostInCluster, Transient, UNREACHABLE",
        "Timedout, OutcomeUnknown, TIMEOUT",
        "HostCommunication, OutcomeUnknown, UNREACHABLE",
        "CpuCompatibilityUnknown, Permanent, INCOMPATIBLE_CPU",
        "RestrictedByAdministrator, Permanent, NOT_PERMITTED",
        "VMotionNotConfigured, Permanent, UNSUPPORTED",
    })
    void aFaultIsToldByItsType(String fault, String kind, Cause cause) {
        vcenter.answer("PowerOffVM_Task", CannedVcenter.fault(fault));

        assertThatThrownBy(() -> adapter.powerOff(VM, Duration.ZERO, within(10)))
                .asInstanceOf(type(AdapterException.class))
                .returns(cause, AdapterException::reason)
                .returns(kind, thrown -> thrown.getClass().getSimpleName());
    }

    @Test
    void highAvailabilityOfThePlatformIsRefusedOrLeftTheRestarts() {
        String compute = object(
                "ClusterComputeResource",
                "domain-1",
                val("name", "primary")
                        + val("configurationEx", "<dasConfig><enabled>true</enabled></dasConfig><drsConfig/>"));
        vcenter.answer("RetrievePropertiesEx", page("", vm("vm-1", "db1", "poweredOn"), HOST, compute));

        assertThatThrownBy(() -> adapter.discover(within(10)))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("vSphere HA is on in [primary]");
        assertThatThrownBy(() -> adapter.powerOn(VM, HostId.of("h1"), within(10)))
                .isInstanceOf(AdapterException.Permanent.class);
        assertThat(vcenter.count("PowerOnVM_Task")).isZero();
        try (VsphereAdapter leaving = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .highAvailability(HighAvailabilityMode.LEAVE_RESTARTS_TO_VSPHERE)
                .build()) {
            assertThat(leaving.clusterServices(within(10)))
                    .containsExactly(new ClusterServices("primary", true, false));
            assertThat(leaving.capabilities())
                    .doesNotContain(Capability.POWER_ON, Capability.RESTART_ELSEWHERE, Capability.CLONE);
            assertThatThrownBy(() -> leaving.powerOn(VM, HostId.of("h1"), within(10)))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.UNSUPPORTED, AdapterException::reason);
        }
    }

    @Test
    void aDocumentTypeIsRefused() {
        vcenter.answer("RetrieveServiceContent", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">");

        assertThatThrownBy(() -> adapter.discover(within(10))).isInstanceOf(AdapterException.class);
    }
}
