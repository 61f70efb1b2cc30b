package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.ref;
import static io.vmha.vsphere.RecordedShapesTest.val;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What servers from 5.5 to 8.0 send around an answer: cookies, packing, faults; and what becomes of orders that they change. */
class SoapShapesTest {
    private static final String SESSION = "vmware_soap_session=\"52c0b6f2-3a6c-1d11-8a0e-5d4b0f7c9a01\"";
    private static final VmId VM = VmId.of("db1");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");

    @TempDir
    private static Path folder;

    private CannedVcenter vcenter;
    private VsphereAdapter adapter;

    @BeforeEach
    void begin() throws Exception {
        vcenter = new CannedVcenter(folder);
        adapter = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .starts(new StartPolicy(new Pace(1, 1, 1), new Pace(1, 1, 1), Duration.ZERO, Duration.ZERO))
                .build();
        vcenter.answer("RetrievePropertiesEx", everything("poweredOn", "host-1"));
        for (String method : List.of("PowerOnVM_Task", "PowerOffVM_Task", "RelocateVM_Task")) {
            vcenter.answer(method, "<returnval type=\"Task\" xsi:type=\"ManagedObjectReference\">task-1</returnval>");
        }
    }

    @AfterEach
    void end() {
        adapter.close();
        vcenter.close();
    }

    private static String host(String ref, String name, String compute) {
        return object(
                "HostSystem",
                ref,
                val("name", name)
                        + ref("parent", "ClusterComputeResource", compute)
                        + val("runtime.connectionState", "connected")
                        + val("summary.hardware.numCpuCores", "8")
                        + val("summary.hardware.memorySize", "17179869184"));
    }

    private static String vm(String power, String host, String more) {
        return object(
                "VirtualMachine",
                "vm-1",
                val("name", "db1")
                        + val("runtime.powerState", power)
                        + val("runtime.connectionState", "connected")
                        + ref("runtime.host", "HostSystem", host)
                        + val("summary.config.numCpu", "1")
                        + val("summary.config.memorySizeMB", "1024")
                        + more);
    }

    private static String page(String... objects) {
        return "<returnval>" + String.join("", objects) + "</returnval>";
    }

    private static String everything(String power, String host) {
        return everything(power, host, "domain-1", "");
    }

    /** Two hosts, of which the second is in that cluster. */
    private static String everything(String power, String host, String secondCluster, String ofTheVm) {
        return page(
                host("host-1", "h1", "domain-1"),
                host("host-2", "h2", secondCluster),
                object(
                        "ClusterComputeResource",
                        "domain-1",
                        val("name", "primary") + ref("resourcePool", "ResourcePool", "pool-1")),
                object(
                        "ClusterComputeResource",
                        "domain-2",
                        val("name", "standby") + ref("resourcePool", "ResourcePool", "pool-2")),
                vm(power, host, ofTheVm));
    }

    private static String task(String state) {
        return page(object("Task", "task-1", val("info.state", state)));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }

    static Stream<Arguments> cookies() {
        return Stream.of(
                Arguments.of("5.5", List.of(SESSION + "; Path=/; HttpOnly; Secure; ")),
                Arguments.of("6.7", List.of("vmware_client=VMware; Path=/", SESSION + "; Path=/; HttpOnly; Secure")),
                Arguments.of("8.0", List.of(SESSION + "; Path=/; HttpOnly; Secure; SameSite=Strict")),
                Arguments.of(
                        "behind a load balancer",
                        List.of("BIGipServerpool=1677787402.36895.0000; path=/", SESSION + "; Path=/", "ROUTEID=.1")),
                Arguments.of("a name that only begins so", List.of("vmware_soap_session_old=x", SESSION)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cookies")
    void theSessionsCookieIsTheOneOfThatName(String server, List<String> headers) {
        headers.forEach(header -> vcenter.header("Set-Cookie", header));

        var unused = adapter.discover(call());

        List<String> sent = vcenter.cookies();
        assertThat(sent.get(0)).isEqualTo("null");
        assertThat(sent.subList(1, sent.size())).containsOnly(SESSION);
    }

    @Test
    void anAnswerThatIsPackedIsUnpacked() {
        vcenter.zipped();

        assertThat(adapter.discover(call()).toInventory().vm(VM)).isPresent();
    }

    static Stream<Arguments> faults() {
        String open = "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>words</faultstring>";
        return Stream.of(
                Arguments.of(
                        "5.5: the type beside the element",
                        open + "<detail><NoPermissionFault xmlns=\"urn:vim25\" xsi:type=\"NoPermission\">"
                                + "<object type=\"VirtualMachine\">vm-1</object>"
                                + "<privilegeId>VirtualMachine.Interact.PowerOff</privilegeId>"
                                + "</NoPermissionFault></detail></soapenv:Fault>"),
                Arguments.of(
                        "a prefix on the type",
                        open + "<detail><v:NoPermissionFault xmlns:v=\"urn:vim25\" xsi:type=\"v:NoPermission\"/>"
                                + "</detail></soapenv:Fault>"),
                Arguments.of(
                        "the element alone",
                        open + "<detail><NoPermissionFault xmlns=\"urn:vim25\"/></detail></soapenv:Fault>"),
                Arguments.of(
                        "blanks and a comment in between",
                        open + "<detail>\n  <!-- x -->\n  <NoPermissionFault xsi:type=\"NoPermission\"/>\n</detail>"
                                + "</soapenv:Fault>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultIsReadInEveryShape(String shape, String fault) {
        vcenter.answer("PowerOffVM_Task", fault);

        assertThatThrownBy(() -> adapter.powerOff(VM, Duration.ZERO, call()))
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(Cause.NOT_PERMITTED, AdapterException::reason)
                .satisfies(e -> assertThat(e).hasMessageContaining("NoPermission: words"));
    }

    @Test
    void aTaskThatFailsTellsItsFaultByTheTypeInside() {
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOff", "host-1"),
                everything("poweredOff", "host-1"),
                page(object(
                        "Task",
                        "task-1",
                        val("info.state", "error")
                                + "<propSet><name>info.error</name><val xsi:type=\"LocalizedMethodFault\">"
                                + "<fault xsi:type=\"NoDiskSpace\"><file>[ds1] db1/db1.vswp</file>"
                                + "<datastore>ds1</datastore></fault>"
                                + "<localizedMessage>no space</localizedMessage></val></propSet>")));

        assertThatThrownBy(() -> adapter.powerOn(VM, H1, call()))
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(Cause.NO_CAPACITY, AdapterException::reason);
    }

    @Test
    void whereTheSchedulerPutsAMachineElsewhereThatIsNotWhatWasAskedFor() {
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOff", "host-1"),
                everything("poweredOff", "host-1"),
                task("success"),
                everything("poweredOn", "host-2"));
        adapter.discover(call());

        assertThatThrownBy(() -> adapter.powerOn(VM, H1, call()))
                .isInstanceOf(AdapterException.OutcomeUnknown.class)
                .hasMessageContaining("is on h2 after it was put on h1");
        assertThat(adapter.powerState(VM, call())).isEqualTo(PowerState.ON);
    }

    @Test
    void aMoveInsideOfAClusterLeavesTheMachineInItsPool() {
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOn", "host-1", "domain-1", ref("resourcePool", "VirtualApp", "resgroup-v9")),
                page(vm("poweredOn", "host-1", ref("resourcePool", "VirtualApp", "resgroup-v9"))),
                task("success"),
                page(vm("poweredOn", "host-2", "")));

        adapter.migrate(VM, H2, call());

        assertThat(vcenter.requests("RelocateVM_Task"))
                .singleElement()
                .asString()
                .contains("<spec><host type=\"HostSystem\">host-2</host></spec>");
    }

    @Test
    void aMoveToAnotherClusterNamesItsPool() {
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOn", "host-1", "domain-2", ""),
                page(vm("poweredOn", "host-1", ref("resourcePool", "ResourcePool", "resgroup-v9"))),
                task("success"),
                page(vm("poweredOn", "host-2", "")));

        adapter.migrate(VM, H2, call());

        assertThat(vcenter.requests("RelocateVM_Task"))
                .singleElement()
                .asString()
                .contains("<pool type=\"ResourcePool\">pool-2</pool><host type=\"HostSystem\">host-2</host>");
    }

    @Test
    void aMachineOfAVappIsNotPulledOutOfItByAMoveToAnotherCluster() {
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOn", "host-1", "domain-2", ""),
                page(vm("poweredOn", "host-1", ref("resourcePool", "VirtualApp", "resgroup-v9"))));

        assertThatThrownBy(() -> adapter.migrate(VM, H2, call()))
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(Cause.REFUSED, AdapterException::reason);
        assertThat(vcenter.count("RelocateVM_Task")).isZero();
    }

    @Test
    void anAllocationThatWasNotTakenOverIsNotDone() {
        vcenter.answer("ReconfigVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        vcenter.answer(
                "RetrievePropertiesEx",
                everything("poweredOn", "host-1"),
                page(vm("poweredOn", "host-1", "")),
                task("success"),
                page(vm("poweredOn", "host-1", "")));

        assertThatThrownBy(() -> adapter.reallocate(VM, Resources.of(2_000, 2_048), call()))
                .isInstanceOf(AdapterException.OutcomeUnknown.class)
                .hasMessageContaining("1000m CPU, 1024 MiB after it was to get 2000m CPU, 2048 MiB");
    }
}
