package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Shows every event of a center to Java Flight Recorder. Thread-safe; costs next to nothing while nobody records. */
final class JfrListener implements HaListener {

    @Name("io.vmha.HaEvent")
    @Label("VM HA event")
    @Category("VM HA")
    @Description("A step in the life of a fault report")
    @StackTrace(false)
    static final class HaJfrEvent extends Event {
        @Label("Kind")
        String kind = "";

        @Label("Detail")
        String detail = "";
    }

    @Override
    public void onEvent(HaEvent event) {
        HaJfrEvent record = new HaJfrEvent();
        if (record.isEnabled() && record.shouldCommit()) {
            record.kind = event.getClass().getSimpleName();
            record.detail = String.format(Locale.ROOT, "%s", event);
            record.commit();
        }
    }
}
