package io.vmha.sim;

import java.util.function.Supplier;

/** Is told what happens in a simulation; what nobody listens to is not put into words. */
@FunctionalInterface
interface Trace {
    Trace NONE = what -> {};

    void say(Supplier<String> what);
}
