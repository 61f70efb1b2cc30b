package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vmha.Fixtures;
import io.vmha.adapter.PowerStateCheck;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.monitor.center.ReportListeners;
import io.vmha.sim.SimulatedDatacenter;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A report server in a process of its own: says its port, then one line for each heartbeat, until its input ends. An {@code f}
 * on its input uses up all files that it may have, anything else gives them back.
 */
final class AttackedServer {
    static final VmName MW1 = VmName.of("mw1");
    static final VmName DB1 = VmName.of("db1");

    private AttackedServer() {}

    static ReportKey key(VmName vm) {
        return ReportKey.of("k1", Arrays.copyOf(vm.value().getBytes(US_ASCII), ReportKey.MIN_BYTES));
    }

    /** A key for each VM of the reference embodiment. */
    private static ReportKeys keys() {
        Map<VmName, List<ReportKey>> keys = new TreeMap<>(Comparator.comparing(VmName::value));
        Fixtures.referenceEmbodiment()
                .vms()
                .forEach(vm -> keys.put(
                        VmName.of(vm.id().value()),
                        List.of(key(VmName.of(vm.id().value())))));
        return ReportKeys.of(keys);
    }

    /** Serves at any port of all loopback addresses; with an argument, a center with its detection is behind it. */
    public static void main(String[] center) throws IOException {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(keys())
                .listener(center.length == 0 ? new Said() : new OfCenter(center()))
                .build();
        try (ReportServer server =
                ReportServer.start(receiver, new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0))) {
            say("port " + server.address().getPort());
            List<InputStream> files = new ArrayList<>();
            for (int command = System.in.read(); command >= 0; command = System.in.read()) {
                if (command == 'f') {
                    useUpFiles(files);
                } else {
                    for (InputStream file : files) {
                        file.close();
                    }
                }
                say(command == 'f' ? "no files" : "files again");
            }
        }
    }

    private static void useUpFiles(List<InputStream> files) {
        try {
            while (true) {
                files.add(new FileInputStream("/dev/zero"));
            }
        } catch (IOException none) {
            // That was the last.
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }

    /** A center as its defaults make it, whose every VM is to send. Says which reports it takes and which actions it ends. */
    private static ManagementCenter center() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .fencingDevice(datacenter.fencingDevice())
                .inventory(Fixtures.referenceEmbodiment())
                .detection(
                        DetectionConfig.builder().expectsEveryVm(true).build(),
                        new PowerStateCheck(datacenter.hypervisor()))
                .listener(event -> {
                    if (event instanceof HaEvent.ReportAccepted accepted) {
                        say("accepted " + accepted.report().subject());
                    } else if (event instanceof HaEvent.ActionEnded ended) {
                        say("action " + ended.action().action());
                    }
                })
                .build();
    }

    /** Hands on what comes, and says each heartbeat. */
    private static final class OfCenter implements ReportListener {
        private final ReportListener center;

        OfCenter(ManagementCenter center) {
            this.center = ReportListeners.of(center::accept, center::heartbeat);
        }

        @Override
        public CompletionStage<ReportOutcome> fault(GuestReport report) {
            return center.fault(report);
        }

        @Override
        public void heartbeat(VmName vm, Instant sentAt) {
            center.heartbeat(vm, sentAt);
            say("heartbeat " + vm);
        }
    }

    private static final class Said implements ReportListener {
        @Override
        public CompletionStage<ReportOutcome> fault(GuestReport report) {
            return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
        }

        @Override
        public void heartbeat(VmName vm, Instant sentAt) {
            say("heartbeat " + vm);
        }
    }
}
