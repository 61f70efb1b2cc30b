package io.vmha.group.nemesis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the hypervisor's log shows. */
final class EffectLog {
    /**
     * A call that would have an effect.
     *
     * @param at when it came, by the clock that all processes of a host share
     * @param began when its caller's lease let it through, by the same clock
     * @param changes whether anything changed by it
     */
    record Effect(
            long at, long epoch, long plan, int step, long began, String what, String vm, String to, boolean changes) {}

    private final List<Effect> effects = new ArrayList<>();

    EffectLog(List<String> lines) {
        for (String line : lines) {
            String[] words = line.split(" ");
            boolean isRoute = words[5].equals("route");
            effects.add(new Effect(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Integer.parseInt(words[3]),
                    Long.parseLong(words[4]),
                    words[5],
                    words[6],
                    isRoute ? words[7] : "",
                    words[words.length - 1].equals("changed")));
        }
    }

    List<Effect> effects() {
        return effects;
    }

    /** Calls that came after the first of a later epoch, but were let through by their lease before it: they were on the wire. */
    long onTheWire() {
        return late().stream()
                .filter(late -> late.effect().began() - late.since() < 0)
                .count();
    }

    private record Late(Effect effect, long since) {}

    private List<Late> late() {
        TreeMap<Long, Long> firstOf = new TreeMap<>();
        List<Late> late = new ArrayList<>();
        for (Effect effect : effects) {
            firstOf.putIfAbsent(effect.epoch(), effect.at());
            firstOf.tailMap(effect.epoch(), false).values().stream()
                    .min(Long::compare)
                    .ifPresent(since -> late.add(new Late(effect, since)));
        }
        return late;
    }

    /**
     * What must not be, in words; empty if nothing is wrong.
     *
     * @param failed the VMs that were reported
     * @param accepted those whose report was accepted
     * @param mayWrite whether a VM's requests may leave it only once it is off
     */
    List<String> faults(Set<String> failed, Set<String> accepted, Predicate<String> mayWrite) {
        List<String> faults = new ArrayList<>();
        Set<Effect> onTheWire = new HashSet<>();
        for (Late late : late()) {
            if (late.effect().began() - late.since() < 0) {
                onTheWire.add(late.effect());
            } else {
                faults.add("began after the first effect of a later epoch: " + late.effect());
            }
        }
        Set<String> done = new HashSet<>();
        Map<String, String> servers = new HashMap<>();
        Set<String> off = new HashSet<>();
        for (Effect effect : effects) {
            String before = servers.getOrDefault(effect.vm(), effect.vm());
            if (effect.what().equals("off")) {
                off.add(effect.vm());
                if (!failed.contains(effect.vm())) {
                    faults.add("a healthy VM was powered off: " + effect);
                }
            }
            // The next leader cannot know of a call that is still on its way, and does what it does not see done.
            if (effect.changes()
                    && !onTheWire.contains(effect)
                    && !done.add(effect.plan() + "/" + effect.step() + "/" + effect.what())) {
                faults.add("done twice: " + effect);
            }
            if (effect.what().equals("route")) {
                boolean isJudged = effect.changes() && !onTheWire.contains(effect);
                if (isJudged && !failed.contains(before)) {
                    faults.add("requests were moved away from a healthy VM: " + effect);
                } else if (isJudged && mayWrite.test(before) && !off.contains(before)) {
                    faults.add("requests were moved away from a database that is not off: " + effect);
                }
                servers.put(effect.vm(), effect.to());
            }
        }
        for (String vm : accepted) {
            String server = servers.getOrDefault(vm, vm);
            if (failed.contains(server)) {
                faults.add(
                        "an accepted report has no outcome: requests of " + vm + " go to " + server + ", which failed");
            }
            if (!off.contains(vm)) {
                faults.add("an accepted report has no outcome: " + vm + " was not powered off");
            }
        }
        return faults;
    }
}
