// Everything a page's scripts do. Each module finds its own elements; a page works without any of them.
import './libraries';
import './toasts';
import './chrome';
import './fields';
import './picks';
import './autosave';
import './board';
