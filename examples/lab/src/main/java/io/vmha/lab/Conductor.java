package io.vmha.lab;

import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the faults, one after the other, while users' requests flow, and waits each time until the library has put things
 * right. Runs in the network namespace of the lab's management, on one thread.
 *
 * <p>The phases, by their letters: a, a middleware guest's filesystem flips to read-only; b, a database guest's; c, the plug of
 * host 1 is pulled; f, the center is killed in the middle of c and started again; d, the plug of host 2 is pulled too, so that the
 * standby takes over with its database promoted; e, the hosts return, all machines are cloned anew and get their requests back, the
 * databases change places under load; k, in the middle of e, the former writer comes back by itself and writes as it did;
 * g, a machine's load passes the threshold, then its host's pool; h, i and j, the replication fails, see {@link DatabasePhases};
 * l, three instances of which one leads take the center's place, on the hosts that fail; m, in the middle of l, the plug of the leader's
 * host is pulled, see {@link LeaderPhase}.
 */
final class Conductor {
    static final String ALL_PHASES = "gabhijcfdeklm";
    private static final Duration STEADY = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** Eight guests boot at once: on a busy machine each takes a minute, and holds more memory than it keeps until it has. */
    private static final Duration RETURN_LIMIT = Duration.ofMinutes(8);

    private static final Duration ASK_AGAIN = Duration.ofSeconds(15);
    private static final double STEADY_RATE = 2.0;
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final String LOADED = "mw12";
    /** Above the threshold of what it has, and then above what its host's pool can add. */
    private static final double HIGH_RATE = 7.4;

    private static final double TOO_HIGH_RATE = 11.5;

    private final RunningLab lab;
    private final LabSite site;
    private final String phases;
    private final List<String> centerCommand;
    private final Progress progress;

    Conductor(RunningLab lab, String phases, List<String> centerCommand) {
        this.lab = lab;
        this.site = lab.site();
        this.phases = phases;
        this.centerCommand = List.copyOf(centerCommand);
        this.progress = lab.progress();
    }

    /** Runs the phases and returns what came of them. */
    RunSummary run() {
        RunningLab.Started started = lab.start(centerCommand, STEADY_RATE);
        CenterControl only = started.center();
        CenterClient center = only.client();
        RequestLoad users = started.users();
        lab.mark("-", "steady load", List.of());
        pause(WARM_UP);
        for (int i = 0; i < phases.length(); i++) {
            if (phases.charAt(i) == 'l') {
                center = new LeaderPhase(lab, phases.indexOf('m') >= 0).run(only);
            } else {
                run(phases.charAt(i), only, users);
            }
        }
        pause(STEADY);
        lab.mark("-", "the end", List.of());
        users.close();
        String after = Topology.dot(center.state());
        progress.begin("the rows and the logs of both databases");
        Set<Long> rows = started.gateway().rows();
        RunSummary summary =
                RunSummary.of(Recording.read(site), rows, DatabaseLogs.read(lab.databases()), LabCenter.PROBE_INTERVAL);
        progress.begin("the report");
        ReportPage.write(site, summary, Recording.read(site), started.topology(), after);
        return summary;
    }

    private void run(char phase, CenterControl only, RequestLoad users) {
        CenterClient center = only.client();
        switch (phase) {
            case 'a' -> breakFilesystem(center, phase, Guest.named("mw11"));
            case 'b' -> breakFilesystem(center, phase, Guest.named("db12"));
            case 'c' -> pullPlug(only, phase, "h1");
            case 'd' -> pullPlug(only, phase, "h2");
            case 'e' -> returnHosts(center);
            case 'f', 'k', 'm' -> {
                // They are parts of c, of e and of l.
            }
            case 'h' -> new DatabasePhases(lab, center, users).breakStream();
            case 'i' -> new DatabasePhases(lab, center, users).pauseCascade();
            case 'j' -> new DatabasePhases(lab, center, users).stopOneOfTwo();
            case 'g' -> overload(center, users);
            default -> throw new LabException("no such phase: " + phase);
        }
    }

    private void breakFilesystem(CenterClient center, char phase, Guest guest) {
        HostId host = lab.guests().hostOf(guest).orElseThrow(() -> new LabException(guest.name() + " does not run"));
        long since = mark(phase, "the filesystem of " + guest.name() + " flips to read-only", List.of(guest.name()));
        lab.guests().breakFilesystem(host, guest);
        awaitPlanSince(since, center);
        Waiting.until(
                guest.name() + " is cloned anew and has its requests back",
                LIMIT,
                () -> center.state().isAsAtFirst());
        pause(STEADY);
    }

    private void pullPlug(CenterControl only, char phase, String host) {
        CenterClient center = only.client();
        List<String> served = center.state().vms().entrySet().stream()
                .filter(vm -> Guest.named(vm.getKey()).role() == ClusterRole.PRIMARY)
                .filter(vm -> center.state().vm(vm.getValue().server()).host().equals(host))
                .map(Map.Entry::getKey)
                .toList();
        long since = mark(phase, "the plug of " + host + " is pulled", served);
        site.pullPlug(HostId.of(host));
        if (phase == 'c' && phases.indexOf('f') >= 0) {
            Waiting.until(
                    "the center has begun to act",
                    LIMIT,
                    () -> Recording.events(site).stream()
                            .anyMatch(event -> event.at() >= since && event.isDone("FENCE_HOST", "REDIRECT")));
            mark('f', "the center is killed and started again", served);
            only.killAndRestart();
        }
        awaitPlanSince(since, center);
        pause(STEADY);
    }

    private void returnHosts(CenterClient center) {
        mark('e', "the hosts return", List.of());
        site.powerHostsOn();
        lab.databases().clear(DatabaseTier.PRIMARY);
        lab.databases().readFrom(DatabaseTier.STANDBY);
        if (phases.indexOf('k') >= 0) {
            mark('k', "the former writer comes back by itself, and writes as it did", List.of());
            lab.databases().start(DatabaseTier.PRIMARY);
        }
        awaitReturn(center);
        lab.databases().makeSynchronous(DatabaseTier.PRIMARY);
        pause(STEADY);
    }

    /** A clone that found no room, while what it makes room for was not yet gone, is asked for again. */
    private static void awaitReturn(CenterClient center) {
        long[] askedAt = {0};
        try {
            Waiting.until("all machines are cloned anew and have their requests back", RETURN_LIMIT, () -> {
                if (System.nanoTime() - askedAt[0] > ASK_AGAIN.toNanos() || askedAt[0] == 0) {
                    askedAt[0] = System.nanoTime();
                    center.hostsAreBack();
                }
                return center.state().isAsAtFirst();
            });
        } catch (LabException late) {
            throw new LabException(late.getMessage() + ": " + center.state());
        }
    }

    private void overload(CenterClient center, RequestLoad users) {
        int before = center.state().vm(LOADED).memoryMiB();
        center.watchLoads(true);
        mark('g', "the load of " + LOADED + " passes the threshold", List.of(LOADED));
        users.setRate(LOADED, HIGH_RATE);
        Waiting.until(
                LOADED + " gets more from its host's pool",
                LIMIT,
                () -> center.state().vm(LOADED).memoryMiB() > before);
        pause(STEADY);
        mark('g', "the load of " + LOADED + " passes its host's pool", List.of(LOADED));
        users.setRate(LOADED, TOO_HIGH_RATE);
        Waiting.until(
                "requests of " + LOADED + " move",
                LIMIT,
                () -> !center.state().vm(LOADED).server().equals(LOADED));
        pause(STEADY);
        center.watchLoads(false);
        users.setRate(LOADED, STEADY_RATE);
        lab.mark("-", "the load is as before", List.of());
        center.repaired(LOADED);
        Waiting.until(
                "requests of " + LOADED + " come back",
                LIMIT,
                () -> center.state().isAsAtFirst());
        pause(STEADY);
    }

    /** A plan that began since then has ended, and nothing is left to be done. */
    private void awaitPlanSince(long since, CenterClient center) {
        Waiting.until(
                "plans are carried out",
                LIMIT,
                () -> Recording.events(site).stream()
                                .anyMatch(event ->
                                        event.at() >= since && event.type().equals("PlanEnded"))
                        && center.state().isSettled());
    }

    private long mark(char phase, String text, List<String> affected) {
        return lab.mark(String.valueOf(phase), text, affected);
    }

    private static void pause(Duration time) {
        RunningLab.pause(time);
    }
}
