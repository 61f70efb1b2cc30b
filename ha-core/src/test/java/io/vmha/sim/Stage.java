package io.vmha.sim;

import java.util.SplittableRandom;

/**
 * What all parts of one simulation share. Confined to the simulation's thread.
 *
 * @param course what is to happen
 * @param mutation the deliberate bug, if there is one
 * @param time the virtual time
 * @param random decides all that the course leaves open
 * @param datacenter what there really is
 * @param counts the faults that were injected
 * @param trace is told what happens
 */
record Stage(
        SimulatedCourse course,
        Mutation mutation,
        VirtualTime time,
        SplittableRandom random,
        SimulatedDatacenter datacenter,
        FaultCounts counts,
        Trace trace) {

    static Stage of(SimulatedCourse course, Mutation mutation, Trace told) {
        VirtualTime time = new VirtualTime();
        return new Stage(
                course,
                mutation,
                time,
                new SplittableRandom(course.seed() ^ 0x5DEECE66DL),
                new SimulatedDatacenter(course.inventory()),
                new FaultCounts(),
                what -> told.say(() -> time.now() + " " + what.get()));
    }
}
