package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.ref;
import static io.vmha.vsphere.RecordedShapesTest.val;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.ClusterRole;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.vsphere.GuestSigns.Signs;
import io.vmha.vsphere.internal.vim.Secret;
import io.vmha.vsphere.internal.vim.SoapVimClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters in the shapes that hosts from 5.5 to 8.0 send them, and what may be concluded from them. */
class VcenterSignsTest {
    private static final VmId VM = VmId.of("db1");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String CONTENT = "<returnval><rootFolder type=\"Folder\">group-d1</rootFolder>"
            + "<propertyCollector type=\"PropertyCollector\">pc</propertyCollector>"
            + "<viewManager type=\"ViewManager\">vm</viewManager>%s<about><fullName>canned</fullName>"
            + "<apiType>VirtualCenter</apiType></about>"
            + "<sessionManager type=\"SessionManager\">sm</sessionManager></returnval>";
    private static final String COUNTERS = Stream.of(
                    counter(2, "cpu", "usage"),
                    counter(178, "virtualDisk", "read"),
                    counter(179, "virtualDisk", "write"),
                    counter(148, "net", "transmitted"),
                    counter(125, "disk", "usage"))
            .collect(Collectors.joining());

    @TempDir
    private static Path folder;

    private CannedVcenter canned;
    private Vcenter vcenter;

    @BeforeEach
    void begin() throws Exception {
        canned = new CannedVcenter(folder);
        canned.answer(
                "RetrieveServiceContent",
                CONTENT.formatted("<perfManager type=\"PerformanceManager\">PerfMgr</perfManager>"));
        canned.answer("CurrentTime", "<returnval>2026-01-01T10:01:20.5Z</returnval>");
        canned.answer("RetrievePropertiesEx", everything("red", "3600"));
        SoapVimClient client = new SoapVimClient(
                URI.create(canned.url()),
                VsphereTrust.pinned(canned.thumbprint()).context(),
                () -> new Secret("user", "pass".toCharArray()),
                Duration.ofMinutes(5));
        vcenter = new Vcenter(
                client,
                VmClassifier.everyVmIs(VmType.DATABASE),
                cluster -> ClusterRole.PRIMARY,
                HighAvailabilityMode.REFUSE,
                HostRoom.exact());
    }

    @AfterEach
    void end() {
        vcenter.close();
        canned.close();
    }

    private static String counter(int key, String group, String name) {
        return "<PerfCounterInfo><key>" + key + "</key><nameInfo><label>x</label><summary>x</summary><key>" + name
                + "</key></nameInfo><groupInfo><label>x</label><summary>x</summary><key>" + group
                + "</key></groupInfo><unitInfo><key>kiloBytesPerSecond</key></unitInfo><rollupType>average</rollupType>"
                + "<statsType>rate</statsType><level>2</level><perDeviceLevel>3</perDeviceLevel></PerfCounterInfo>";
    }

    private static String everything(String heartbeat, String uptime) {
        return "<returnval>"
                + object(
                        "HostSystem",
                        "host-1",
                        val("name", "h1")
                                + val("runtime.connectionState", "connected")
                                + val("summary.hardware.numCpuCores", "8")
                                + val("summary.hardware.memorySize", "17179869184"))
                + object(
                        "VirtualMachine",
                        "vm-1",
                        val("name", "db1")
                                + val("runtime.powerState", "poweredOn")
                                + val("runtime.connectionState", "connected")
                                + ref("runtime.host", "HostSystem", "host-1")
                                + val("summary.config.numCpu", "1")
                                + val("summary.config.memorySizeMB", "1024")
                                + val("guestHeartbeatStatus", heartbeat)
                                + val("summary.quickStats.uptimeSeconds", uptime))
                + object("PerformanceManager", "PerfMgr", val("perfCounter", COUNTERS))
                + "</returnval>";
    }

    private static String series(int counter, String instance, String... values) {
        return "<value xsi:type=\"PerfMetricIntSeries\"><id><counterId>" + counter + "</counterId><instance>" + instance
                + "</instance></id>"
                + Stream.of(values).map(value -> "<value>" + value + "</value>").collect(Collectors.joining())
                + "</value>";
    }

    private static String samples(String... series) {
        return "<returnval xsi:type=\"PerfEntityMetric\"><entity type=\"VirtualMachine\">vm-1</entity>"
                + Stream.of("10:00:20", "10:00:40", "10:01:00")
                        .map(time -> "<sampleInfo><timestamp>2026-01-01T" + time
                                + "Z</timestamp><interval>20</interval></sampleInfo>")
                        .collect(Collectors.joining())
                + String.join("", series) + "</returnval>";
    }

    private Signs read(String answer) {
        canned.answer("QueryPerf", answer);
        return new VcenterSigns(vcenter).read(VM, MINUTE);
    }

    private static final String STILL_DISK =
            series(178, "scsi0:0", "0", "0", "0") + series(179, "scsi0:0", "0", "0", "0");
    private static final String STILL_NET = series(148, "", "0", "0", "0") + series(148, "4000", "0", "0", "0");
    private static final String IDLE_CPU = series(2, "", "12", "9", "15");

    @Test
    void aGuestThatDidNothingForTheWholeTimeIsStill() {
        Signs signs = read(samples(STILL_DISK, STILL_NET, IDLE_CPU));

        assertThat(signs)
                .isEqualTo(new Signs(
                        true,
                        true,
                        OptionalLong.of(3_600),
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(0)));
        assertThat(signs.isStill()).isTrue();
        assertThat(signs.computes()).isFalse();
    }

    @Test
    void oneDiskOfManyThatIsWrittenIsALife() {
        Signs signs = read(samples(STILL_DISK, series(179, "scsi0:1", "0", "7", "0"), STILL_NET, IDLE_CPU));

        assertThat(signs.diskKiB()).hasValue(7);
        assertThat(signs.isStill()).isFalse();
    }

    @Test
    void aSampleThatTheHostDoesNotHaveIsUnknown() {
        assertThat(read(samples(STILL_DISK, series(148, "", "0", "-1", "0"), IDLE_CPU))
                        .sentKiB())
                .isEmpty();
    }

    @Test
    void anInstanceThatWasThereForAPartOfTheTimeMakesItsCounterUnknown() {
        assertThat(read(samples(STILL_DISK, series(178, "scsi0:1", "0"), STILL_NET, IDLE_CPU))
                        .isStill())
                .isFalse();
    }

    @Test
    void aCounterThatIsNotToldIsUnknown() {
        assertThat(read(samples(STILL_NET, IDLE_CPU)).isStill()).isFalse();
        assertThat(read(samples(STILL_DISK, IDLE_CPU)).isStill()).isFalse();
        assertThat(read(samples(STILL_DISK, STILL_NET)).isStill()).isFalse();
        assertThat(read("").isStill()).isFalse();
    }

    @Test
    void samplesThatAreOldTellNothingOfNow() {
        canned.answer("CurrentTime", "<returnval>2026-01-01T10:05:00Z</returnval>");

        assertThat(read(samples(STILL_DISK, STILL_NET, IDLE_CPU)).isStill()).isFalse();
    }

    @Test
    void aTimeWithAnOffsetIsATimeLikeAnyOther() {
        canned.answer("CurrentTime", "<returnval>2026-01-01T11:01:20.123456+01:00</returnval>");

        assertThat(read(samples(STILL_DISK, STILL_NET, IDLE_CPU)).isStill()).isTrue();
    }

    @Test
    void samplesOfAShorterTimeDoNotCoverTheLonger() {
        canned.answer("QueryPerf", samples(STILL_DISK, STILL_NET, IDLE_CPU));

        assertThat(new VcenterSigns(vcenter).read(VM, Duration.ofMinutes(2)).isStill())
                .isFalse();
    }

    @Test
    void aServerWithoutCountersLeavesThemUnknown() {
        canned.answer("RetrieveServiceContent", CONTENT.formatted(""));

        assertThat(new VcenterSigns(vcenter).read(VM, MINUTE).isStill()).isFalse();
        assertThat(canned.count("QueryPerf")).isZero();
    }

    @Test
    void countersThatMayNotBeReadAreARefusalAndNoSign() {
        canned.answer("QueryPerf", CannedVcenter.fault("NoPermission"));

        assertThatThrownBy(() -> new VcenterSigns(vcenter).read(VM, MINUTE))
                .isInstanceOf(AdapterException.Permanent.class);
    }
}
