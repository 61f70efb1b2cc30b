package io.vmha.lab;

import io.vmha.lab.Recording.Event;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The center runs on what fails: three instances, one on each host, beside three ZooKeeper servers. The plug of the leader's host is pulled
 * while a plan is open, and with it go the leader, a server of the ensemble, and guests. Another instance is to lead in time, to finish
 * that plan, and to have the requests of the lost guests served elsewhere.
 */
final class LeaderPhase {
    /** Where the instance is started that leads first. */
    private static final HostId LEADER = HostId.of("h1");
    /** Its host stays: the plan that is open when the leader is lost can be finished. */
    private static final String BROKEN = "mw21";

    private static final Duration STEADY = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofMinutes(4);
    /** Guests boot: on a busy machine that takes minutes. */
    private static final Duration BOOT_LIMIT = Duration.ofMinutes(10);

    private final RunningLab lab;
    private final LabSite site;
    private final boolean pullsPlug;

    /**
     * Begins nothing yet.
     *
     * @param pullsPlug whether it is more than a plan of the instance that leads
     */
    LeaderPhase(RunningLab lab, boolean pullsPlug) {
        this.lab = lab;
        this.site = lab.site();
        this.pullsPlug = pullsPlug;
    }

    /** Runs it in place of the center that there was, and returns what talks to the one that leads. */
    CenterClient run(CenterControl before) {
        lab.mark("-", "three instances on the hosts take the only center's place", List.of());
        before.close();
        Ensemble ensemble = lab.opened(Ensemble.up(site, LEADER));
        GroupControl group = lab.opened(
                new GroupControl(site, host -> JavaCommand.of(site, "info", "instance", "--host", host.value())));
        group.start(LEADER);
        CenterClient center = group.client();
        Waiting.until("all is as at first", LIMIT, () -> center.state().isAsAtFirst());
        RunningLab.pause(STEADY);
        String lost = ensemble.isLedFrom(LEADER) ? "the leader and the ensemble's are" : "the leader is";
        openPlan();
        if (pullsPlug) {
            pullPlug(center, lost);
        } else {
            Waiting.until(
                    BROKEN + " has its requests back",
                    BOOT_LIMIT,
                    () -> center.state().isAsAtFirst());
        }
        RunningLab.pause(STEADY);
        return center;
    }

    private void openPlan() {
        Guest guest = Guest.named(BROKEN);
        HostId host = lab.guests().hostOf(guest).orElseThrow(() -> new LabException(BROKEN + " does not run"));
        long since = lab.mark("l", "the filesystem of " + BROKEN + " flips to read-only", List.of(BROKEN));
        lab.guests().breakFilesystem(host, guest);
        Waiting.until(
                "the center has begun to act", LIMIT, () -> isThereSince(since, event -> event.isDone("REDIRECT")));
    }

    private void pullPlug(CenterClient center, String lost) {
        CenterClient.State state = center.state();
        List<String> served = state.vms().entrySet().stream()
                .filter(vm -> Guest.named(vm.getKey()).role() == ClusterRole.PRIMARY)
                .filter(vm -> state.vm(vm.getValue().server()).host().equals(LEADER.value()))
                .map(Map.Entry::getKey)
                .toList();
        long since = lab.mark(Takeover.PHASE, "the plug of " + LEADER + " is pulled, where " + lost, served);
        site.pullPlug(LEADER);
        Waiting.until(
                "another instance leads",
                LIMIT,
                () -> isThereSince(since, event -> event.type().equals(Recording.LEADS)));
        Waiting.until("all plans have ended, and " + BROKEN + " has its requests back", BOOT_LIMIT, () -> {
            CenterClient.State now = center.state();
            return isThereSince(since, event -> event.type().equals("PlanEnded"))
                    && now.isSettled()
                    && now.vm(BROKEN).isServing()
                    && now.vm(BROKEN).server().equals(BROKEN);
        });
    }

    private boolean isThereSince(long since, Predicate<Event> which) {
        return Recording.events(site).stream().anyMatch(event -> event.at() >= since && which.test(event));
    }
}
