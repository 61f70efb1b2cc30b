package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How fast the adapter is beside {@code virsh --timing} on the same guests, in turns within one run; medians. */
@Tag("slow")
@Tag("lab")
class QemuMeasurementTest {
    private static final VmId VM1 = VmId.of("vm1");
    private static final Pattern TIME = Pattern.compile("\\(Time: ([0-9.]+) ms\\)");
    private static final int ROUNDS = 21;

    private Lab lab;
    private LibvirtAdapter adapter;

    @BeforeEach
    void begin() {
        lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        adapter = lab.adapter().build();
        adapter.discover(call());
    }

    @AfterEach
    void end() {
        adapter.close();
    }

    @Test
    void powerTakesAsLongAsWithVirsh() {
        List<Double> virshStop = new ArrayList<>();
        List<Double> virshStart = new ArrayList<>();
        List<Double> stop = new ArrayList<>();
        List<Double> start = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            virshStop.add(virsh("destroy", "vm1"));
            virshStart.add(virsh("start", "vm1"));
            stop.add(timed(() -> adapter.powerOff(VM1, Duration.ZERO, call())));
            start.add(timed(() -> adapter.powerOn(VM1, Lab.H1, call())));
        }
        compare("destroy", stop, virshStop);
        compare("start", start, virshStart);
    }

    @Test
    void memoryTakesAsLongAsWithVirsh() {
        lab.awaitAgent(Lab.H1, "vm1");
        warmUp();
        List<Double> virsh = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        for (int i = 0; i < 5 * ROUNDS; i++) {
            int mib = 112 + i % 2 * 8;
            virsh.add(virsh("setmem", "vm1", mib + "M", "--live", "--config"));
            awaitBalloon(mib);
            ours.add(timed(() -> adapter.reallocate(VM1, Resources.of(1_000, mib + 4), call())));
            awaitBalloon(mib + 4);
        }
        compare("setmem", ours, virsh);
    }

    @Test
    void migrationsTakeAsLongAsWithVirsh() {
        lab.awaitAgent(Lab.H1, "vm1");
        List<Double> virsh = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            virsh.add(virsh(
                    "migrate",
                    "--live",
                    "--p2p",
                    "--persistent",
                    "--undefinesource",
                    "--unsafe",
                    "vm1",
                    "qemu+tcp://h2/system"));
            adapter.migrate(VM1, Lab.H1, call());
            ours.add(timed(() -> adapter.migrate(VM1, Lab.H2, call())));
            adapter.migrate(VM1, Lab.H1, call());
        }
        compare("migrate", ours, virsh);
    }

    @Test
    void aThousandDomainsAreDiscoveredInLessThanASecond() throws IOException {
        String xml = Files.readString(lab.folder().resolve("guest/vm1.xml"), StandardCharsets.UTF_8)
                .replaceAll("<uuid>.*</uuid>", "")
                .replaceAll("(?s)<disk.*</disk>", "");
        for (int i = 0; i < 1_000; i++) {
            Path file = lab.folder().resolve("thousand.xml");
            Files.writeString(file, xml.replace("<name>vm1<", "<name>many" + i + "<"), StandardCharsets.UTF_8);
            lab.virsh(Lab.H3, "define", file.toString());
        }
        try (LibvirtAdapter one =
                LibvirtAdapter.builder().host(lab.host(Lab.H3)).build()) {
            double first = timed(() -> assertThat(one.discover(call()).vms()).hasSize(1_000));
            List<Double> virsh = new ArrayList<>();
            List<Double> ours = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                virsh.add(time(lab.virsh(Lab.H3, "-t", "domstats", "--state", "--cpu-total", "--balloon", "--vcpu")));
                ours.add(timed(() -> one.discover(call())));
            }
            System.out.printf(Locale.ROOT, "MEASURED first discovery of 1000 domains %.1f ms%n", first);
            assertThat(first).isLessThan(1_000);
            assertThat(median(ours)).isLessThan(1_000);
            compare("discover 1000", ours, virsh, 1.2);
        } finally {
            for (int i = 0; i < 1_000; i++) {
                lab.virsh(Lab.H3, "undefine", "many" + i);
            }
        }
    }

    @Test
    void aFilesystemThatFlipsReadOnlyIsRedirectedWithinTheProbeIntervalAndAQuarterOfASecond() throws Exception {
        Duration interval = Duration.ofSeconds(1);
        List<Double> delays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            lab.resetTo("vm1", Lab.H1);
            lab.addGuest("vm2", Lab.H2);
            lab.awaitAgent(Lab.H1, "vm1");
            delays.add(flipToRedirect(interval));
        }
        System.out.printf(
                Locale.ROOT,
                "MEASURED flip to redirect, probing every %d ms: median %.0f ms, most %.0f ms%n",
                interval.toMillis(),
                median(delays),
                delays.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
        assertThat(delays).allMatch(delay -> delay <= interval.toMillis() + 250);
    }

    private double flipToRedirect(Duration interval) throws Exception {
        Inventory inventory = adapter.discover(call()).toInventory();
        CountDownLatch redirected = new CountDownLatch(1);
        long[] at = new long[1];
        TrafficDirector simulated = new SimulatedDatacenter(inventory).trafficDirector();
        TrafficDirector director = new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                simulated.route(owner, server, call);
                at[0] = System.nanoTime();
                redirected.countDown();
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                return simulated.serverOf(owner, call);
            }
        };
        FaultWatch watch = FaultWatch.builder().probeInterval(interval).build();
        try (ManagementCenter center = ManagementCenter.builder()
                        .adapter(adapter)
                        .trafficDirector(director)
                        .inventory(inventory)
                        .build();
                LibvirtFaultSource source = adapter.watch(watch, InstantSource.system(), center::submit)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> source.hasHeardFrom(VM1));
            lab.inGuest(Lab.H1, "vm1", "echo 1 > /sys/fs/ext4/vda/trigger_fs_error");
            long flipped = System.nanoTime();
            assertThat(redirected.await(30, TimeUnit.SECONDS)).isTrue();
            return (at[0] - flipped) / 1e6;
        }
    }

    /** An orchestrator's process lives for long; one that has just begun interprets its code. */
    private void warmUp() {
        for (int i = 0; i < 1_000; i++) {
            adapter.powerState(VM1, call());
            adapter.reallocate(VM1, Resources.of(1_000, 112), call());
        }
    }

    /** A guest that is still ballooning takes the CPU that the next measurement needs. */
    private void awaitBalloon(int mib) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .until(() -> lab.virsh(Lab.H1, "dommemstat", "vm1").contains("actual " + mib * 1024));
    }

    private double virsh(String... command) {
        String[] all = new String[command.length + 1];
        all[0] = "-t";
        System.arraycopy(command, 0, all, 1, command.length);
        return time(lab.virsh(Lab.H1, all));
    }

    private static double time(String output) {
        Matcher time = TIME.matcher(output);
        assertThat(time.find()).as(output).isTrue();
        return Double.parseDouble(time.group(1));
    }

    private static double timed(Runnable action) {
        long begun = System.nanoTime();
        action.run();
        return (System.nanoTime() - begun) / 1e6;
    }

    private static void compare(String what, List<Double> ours, List<Double> virsh) {
        compare(what, ours, virsh, 1.10);
    }

    private static void compare(String what, List<Double> ours, List<Double> virsh, double most) {
        System.out.printf(
                Locale.ROOT,
                "MEASURED %s: adapter %.2f ms, virsh %.2f ms, ratio %.2f%n",
                what,
                median(ours),
                median(virsh),
                median(ours) / median(virsh));
        assertThat(median(ours)).as(what).isLessThanOrEqualTo(median(virsh) * most);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(30));
    }
}
