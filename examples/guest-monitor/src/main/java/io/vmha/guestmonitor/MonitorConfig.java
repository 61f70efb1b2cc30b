package io.vmha.guestmonitor;

import io.vmha.monitor.IsolationOrder;
import io.vmha.monitor.Watch;
import io.vmha.monitor.report.ReportKey;
import io.vmha.monitor.report.VmName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a configuration file says. Immutable.
 *
 * @param vm which machine this is
 * @param watches what is watched
 * @param order what comes first, report or isolation
 * @param reportWait how long isolation waits for a report's answer
 * @param isolationCommand the program that isolates the machine; absent: it is powered off
 * @param powerOffGrace how long each way to power off is given
 * @param bootGrace for how long after the machine's boot nothing becomes a fault
 * @param isolationsInARow how many isolations in a row there may be, each soon after a start, 1 or more
 * @param stateFolder where these are counted
 * @param report where faults are reported; absent: nowhere
 */
record MonitorConfig(
        VmName vm,
        List<Watch> watches,
        IsolationOrder order,
        Duration reportWait,
        Optional<List<String>> isolationCommand,
        Duration powerOffGrace,
        Duration bootGrace,
        int isolationsInARow,
        Path stateFolder,
        Optional<Report> report) {

    /**
     * Where faults are reported.
     *
     * @param receiver the name that the centers' receivers have
     * @param centers the addresses of the centers' receivers
     * @param key what the reports are signed with
     * @param heartbeat from one heartbeat to the next
     */
    record Report(String receiver, List<URI> centers, ReportKey key, Duration heartbeat) {}
}
