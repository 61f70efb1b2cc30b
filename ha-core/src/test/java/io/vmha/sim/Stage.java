package io.vmha.sim;

/**
 * What all parts of one simulation share. Confined to the simulation's thread.
 *
 * @param course what is to happen
 * @param mutation the deliberate bug, if there is one
 * @param time the virtual time
 * @param chance decides all that the course leaves open
 * @param datacenter what there really is
 * @param outside what others than the centers did to it
 * @param counts the faults that were injected
 * @param trace is told what happens
 */
record Stage(
        SimulatedCourse course,
        Mutation mutation,
        VirtualTime time,
        Chance chance,
        SimulatedDatacenter datacenter,
        Outside outside,
        FaultCounts counts,
        Trace trace) {

    static Stage of(SimulatedCourse course, Mutation mutation, Trace told) {
        VirtualTime time = new VirtualTime();
        return new Stage(
                course,
                mutation,
                time,
                new Chance(course.seed()),
                new SimulatedDatacenter(course.inventory(), time::now),
                new Outside(time),
                new FaultCounts(),
                what -> told.say(() -> time.now() + " " + what.get()));
    }
}
