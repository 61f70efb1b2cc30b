package io.vmha.guestmonitor;

import io.vmha.monitor.FoundFault;
import io.vmha.monitor.Isolation;
import java.io.IOException;
import java.util.List;

/** A program that isolates the VM: one that ends with 0 has done it. A try that is interrupted leaves the program to go on. */
record CommandIsolation(List<String> command) implements Isolation {
    @Override
    public void isolate(FoundFault fault) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(describe() + " ended with " + status);
        }
    }

    @Override
    public String describe() {
        return String.join(" ", command);
    }
}
