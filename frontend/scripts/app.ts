import './libraries';
