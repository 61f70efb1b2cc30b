package io.vmha.monitor.report;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        byte[] secret = new byte[ReportKey.MIN_BYTES];
        secret[0] = (byte) vm.value().charAt(0);
        return ReportKey.of("k1", secret);
    }

    /** Serves at any port of all loopback addresses. */
    public static void main(String[] none) throws IOException {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(key(MW1)), DB1, List.of(key(DB1)))))
                .listener(new Said())
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
